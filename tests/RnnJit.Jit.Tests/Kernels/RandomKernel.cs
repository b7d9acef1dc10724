using RnnJit.Emit;
using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Jit.Tests.Kernels;

/// <summary>Draws kernels from all ops that may stand in one.</summary>
internal static class RandomKernel
{
    public static readonly ElementwiseOp[] Elementwise = OpTable.Names
        .Select(name => TryRead(name)).OfType<ElementwiseOp>().ToArray();

    public static Graph Draw(Random random)
    {
        var b = new GraphBuilder();
        TensorType full = new(ElementType.F32, "R", "N");
        var values = new List<Value>
        {
            b.Input("x", full), b.Input("y", full), b.Input("row", new TensorType(ElementType.F32, "R", 1)),
            b.Input("column", new TensorType(ElementType.F32, "N")), b.Input("scalar", new TensorType(ElementType.F32)),
        };
        Value index = b.Input("index", new TensorType(ElementType.I32, "R"));
        int length = random.Next(3, 14);
        for (int i = 0; i < length; i++)
            values.Add(Step(b, values, index, random));
        var outputs = new List<Value> { values.Last(value => value.Type == full) };
        outputs.AddRange(values.Where(
            value => value.Id > index.Id && KernelShapes.Of(value.Type) is KernelShape.Full or KernelShape.Row && random.Next(4) == 0));
        return b.Build("kernel", "random", outputs.Distinct().Select((value, i) => ("r" + i, value, OutputRole.Result)));
    }

    private static Value Step(GraphBuilder b, List<Value> values, Value index, Random random)
    {
        Value Any() => random.Next(6) == 0 ? b.Constant(Math.Round((random.NextDouble() * 4) - 2, 2)) : values[random.Next(values.Count)];
        Value[] wide = values.Where(value => KernelShapes.Of(value.Type) == KernelShape.Full).ToArray();
        Value Full() => wide[random.Next(wide.Length)];
        switch (random.Next(12))
        {
            case 0:
                return b.Add(new SumOp([1]), Full());
            case 1:
                return b.Add(new MaxReduceOp([1]), Full());
            case 2:
                return b.Add(new OneHotOp("N", ElementType.F32), index);
            case 3:
                return Full() / b.Add(new ExtentOp("N", ElementType.F32));
            case 4:
                return b.Add(new BroadcastOp(["R", "N"]), Any());
            case 5:
                return (Any() * Full()) + Any();
            default:
                ElementwiseOp op = Elementwise[random.Next(Elementwise.Length)];
                return b.Add(op, Enumerable.Range(0, op.Arity).Select(i => i == 0 ? Full() : Any()).ToArray());
        }
    }

    private static Op? TryRead(string name)
    {
        try
        {
            return OpTable.Read(name, "");
        }
        catch (Exception e) when (e is GraphException or FormatException)
        {
            return null;
        }
    }
}
