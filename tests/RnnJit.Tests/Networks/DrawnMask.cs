using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Runtime;

namespace RnnJit.Tests.Networks;

/// <summary>The numbers of a mask as a compiled Program draws them.</summary>
internal static class DrawnMask
{
    /// <param name="whole">Rows of the whole batch, of which the mask has those from <paramref name="first"/> on; 0: it has all.</param>
    public static double[] Of(string init, TensorType type, int update, int site = 0, int first = 0, int whole = 0, int seed = 1,
        int batch = 10, Device? device = null)
    {
        var builder = new GraphBuilder();
        Value words = builder.Input("words", new TensorType(ElementType.I32, RandomMaskOp.Words));
        Graph program =
            builder.Build("program", "Mask", [("mask", builder.Add(new RandomMaskOp(type, site, init), words), OutputRole.Result)]);
        using Executable executable = Executable.Create(program, new ExecutableOptions
        {
            Sizes = type.Dims.Distinct()
                .ToDictionary(dim => dim.AsSymbol!, dim => dim.AsSymbol switch { "T" => 20, "B" => batch, _ => 50 }),
            Precision = type.Element,
            Threads = 2,
            Device = device ?? Device.Cpu,
        });
        executable.Input("words").Set([seed, 0, update, 0, first, whole > 0 ? whole : batch]);
        executable.Run();
        return executable.Output("mask").ToNdArray().Data;
    }
}
