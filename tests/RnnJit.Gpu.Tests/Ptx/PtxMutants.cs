using RnnJit.Cells;
using RnnJit.Contracts;
using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Gpu.Tests.Ptx;

/// <summary>Programs whose PTX faults are put into, with sizes and numbers.</summary>
internal static class PtxMutants
{
    /// <summary>tanh, a row sum of products, and a quotient by row.</summary>
    public static (Graph Program, Dictionary<string, int> Sizes, Dictionary<string, NdArray> Data) Rows()
    {
        var builder = new GraphBuilder();
        Value x = builder.Input("x", new TensorType(ElementType.F32, "R", "N")),
            w = builder.Input("w", new TensorType(ElementType.F32, "N"));
        Value y = Rnn.Tanh(x);
        Value sum = builder.Add(new SumOp([1]), y * w);
        return Of(builder.Build("program", "rows", [("y", y, OutputRole.Result), ("sum", sum, OutputRole.Result)]),
            new() { ["R"] = 70, ["N"] = 19 });
    }

    /// <summary>A cell with lengths, forward and backward.</summary>
    public static (Graph Program, Dictionary<string, int> Sizes, Dictionary<string, NdArray> Data) Cell()
    {
        var cell = new CellProgram(CellTracer.Trace(typeof(Lstm)), Lengths: true);
        return Of(cell.Build(), cell.Sizes(steps: 3, batch: 4));
    }

    public static (Graph Program, Dictionary<string, int> Sizes, Dictionary<string, NdArray> Data) Mask()
    {
        var builder = new GraphBuilder();
        Value words = builder.Input("words", new TensorType(ElementType.I32, RandomMaskOp.Words));
        var (program, sizes, data) = Of(builder.Build("program", "mask",
            [("y", builder.Add(new RandomMaskOp(TensorType.Parse("f32[T, B, H]"), 3, "dropout 0.25"), words), OutputRole.Result)]),
            new() { ["T"] = 3, ["B"] = 5, ["H"] = 17 });
        data["words"] = new NdArray([RandomMaskOp.Words], [-7, 12, -3, 1, 5, 8]);
        return (program, sizes, data);
    }

    /// <summary>Rows of a table by indices, some of which are wrong.</summary>
    public static (Graph Program, Dictionary<string, int> Sizes, Dictionary<string, NdArray> Data) Index()
    {
        var builder = new GraphBuilder();
        Value table = builder.Input("table", new TensorType(ElementType.F32, "V", "H"), PortRole.Parameter),
            index = builder.Input("index", new TensorType(ElementType.I32, "T", "B"));
        var (program, sizes, data) = Of(builder.Build("program", "index",
            [("y", builder.Add(GatherOp.Instance, table, index), OutputRole.Result)]),
            new() { ["T"] = 2, ["B"] = 3, ["V"] = 6, ["H"] = 5 });
        (data["index"].Data[2], data["index"].Data[4]) = (-3, 7);
        return (program, sizes, data);
    }

    private static (Graph Program, Dictionary<string, int> Sizes, Dictionary<string, NdArray> Data) Of(Graph program, Dictionary<string,
        int> sizes) =>
        (program, sizes, CellProgram.Draw(program, sizes));
}
