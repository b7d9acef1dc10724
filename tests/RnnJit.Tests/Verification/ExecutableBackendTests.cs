using RnnJit.Cells;
using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Planning;
using RnnJit.Plans;
using RnnJit.Runtime;
using RnnJit.Verification;

namespace RnnJit.Tests.Verification;

/// <summary>The options of a backend reach its executables.</summary>
public class ExecutableBackendTests
{
    private static readonly Graph Program = Lstm();

    private static CompiledExecutable Bind(ExecutableOptions options) =>
        (CompiledExecutable)new ExecutableBackend(options).Bind(Program, Inputs());

    [Test]
    public void Threads_arrive()
    {
        using CompiledExecutable one = Bind(new ExecutableOptions { Threads = 1 }), two = Bind(new ExecutableOptions { Threads = 2 });
        Assert.That(Shares(one), Is.EqualTo(1));
        Assert.That(Shares(two), Is.EqualTo(2));
    }

    [Test]
    public void Passes_that_are_switched_off_arrive()
    {
        using CompiledExecutable fused = Bind(new ExecutableOptions()), apart = Bind(new ExecutableOptions { Without = [Fuse.Name] });
        Assert.That(Kernels(apart), Is.GreaterThan(Kernels(fused)));
    }

    [Test]
    public void Precision_is_that_of_the_case()
    {
        Graph wide = GraphMapper.WithPrecision(Program, ElementType.F64);
        using Executable executable = new ExecutableBackend(new ExecutableOptions { Precision = ElementType.F32 }).Bind(wide, Inputs());
        Assert.That(executable.Options.Precision, Is.EqualTo(ElementType.F64));
    }

    [Test]
    public void Threads_that_cannot_be_are_refused_at_once() =>
        Assert.That(() => new ExecutableBackend(new ExecutableOptions { Threads = 5000 }),
            Throws.ArgumentException.With.Message.Contains("The number of threads is 5000"));

    // Workers of the loop.
    private static int Shares(CompiledExecutable executable) => executable.Instructions.OfType<ScanInstruction>().Single().Pool!.Shares;

    private static int Kernels(CompiledExecutable executable) => executable.BufferPlan.AllCommands.OfType<KernelCommand>().Count();

    private static Graph Lstm()
    {
        var net = new NetworkBuilder("Lstm");
        net.Output("y", net.Recurrent("layer", CellRegistry.Find(typeof(Lstm)), net.Input("x", "T", "B", "X"), "H"));
        return net.Build();
    }

    private static Dictionary<string, NdArray> Inputs()
    {
        var sizes = new Dictionary<string, int> { ["T"] = 3, ["B"] = 4, ["X"] = 5, ["H"] = 6 };
        return Program.Inputs.ToDictionary(port => port.Name, port => new NdArray([.. port.Type.Dims.Select(dim => dim.Evaluate(sizes))]));
    }
}
