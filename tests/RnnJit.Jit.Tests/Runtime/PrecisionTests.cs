using RnnJit.Ir;
using RnnJit.Runtime;

namespace RnnJit.Jit.Tests.Runtime;

public class PrecisionTests
{
    // The precision of the options decides, whatever the types of the Program say.
    [Test]
    public void A_program_of_doubles_runs_in_single([Values("cpu", "scalar", "interpreter")] string device)
    {
        Device backend = Device.Parse(device);
        NdArray found = Run(Program(ElementType.F64), ElementType.F32, backend),
            wanted = Run(Program(ElementType.F32), ElementType.F32, backend),
            wide = Run(Program(ElementType.F64), ElementType.F64, backend);
        Assert.That(found.Data, Is.EqualTo(wanted.Data).And.Not.EqualTo(wide.Data));
        Assert.That(found.Data, Is.EqualTo(wide.Data).Within(1e-6));
    }

    private static Graph Program(ElementType real)
    {
        var builder = new GraphBuilder();
        Value x = builder.Input("x", new TensorType(real, 3));
        return builder.Build("program", "p", [("y", Rnn.Tanh(x) * x, OutputRole.Result)]);
    }

    private static NdArray Run(Graph program, ElementType precision, Device backend)
    {
        using Executable executable =
            Executable.Create(program, new ExecutableOptions { Precision = precision, Device = backend, Kernels = TestKernels.Chain });
        executable.Input("x").Set([0.1, -0.7, 2.3]);
        executable.Run();
        return executable.Output("y").ToNdArray();
    }
}
