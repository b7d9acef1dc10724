using RnnJit.Ir;

namespace RnnJit.Ops;

/// <summary>Scatter-add into a table: y = table, then y[index[i], …] += x[i, …] in ascending i. Scans write their tables by it.</summary>
public sealed class ScatterAddOp : Op
{
    public static ScatterAddOp Instance { get; } = new();

    public override string Name => "scatteradd";

    public override OpFamily Family => OpFamily.Gather;

    public override TensorType[] Infer(TensorType[] operands, DimContext dims)
    {
        bool fits = operands.Length == 3 && operands[0].Rank > 0 && operands[1].Element == ElementType.I32
            && operands[0].Element == operands[2].Element
            && operands[2].Rank == operands[1].Rank + operands[0].Rank - 1
            && Enumerable.Range(0, operands[1].Rank).All(i => dims.Unify(operands[1].Dims[i], operands[2].Dims[i]))
            && Enumerable.Range(1, operands[0].Rank - 1)
                .All(i => dims.Unify(operands[0].Dims[i], operands[2].Dims[operands[1].Rank + i - 1]));
        if (!fits)
            throw new GraphException("RNNJ121",
                $"'scatteradd' needs a table, i32 indices and rows for them, found {TensorType.List(operands, " and ")} "
                    + "(leading extents agree)");
        return [operands[0].WithDims(operands[0].Dims.Select(dims.Resolve))];
    }

    public override NdArray[] Evaluate(NdArray[] operands, Evaluation evaluation)
    {
        var table = new NdArray(operands[0].Shape, (double[])operands[0].Data.Clone());
        ScatterOp.AddRows(1, table, operands[1], operands[2]);
        return [table];
    }

    public override Value?[] Gradient(Value[] operands, Value[] results, Value?[] cotangents) =>
        cotangents[0] is { } dy ? [dy, null, dy.Builder.Add(GatherOp.Instance, dy, operands[1])] : [null, null, null];
}
