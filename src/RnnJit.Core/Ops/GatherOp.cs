using RnnJit.Ir;

namespace RnnJit.Ops;

/// <summary>Rows of a table by index: y[i, …] = table[index[i], …]; an embedding.</summary>
public sealed class GatherOp : Op
{
    public static GatherOp Instance { get; } = new();

    public override string Name => "gather";

    public override OpFamily Family => OpFamily.Gather;

    public override TensorType[] Infer(TensorType[] operands, DimContext dims)
    {
        if (operands.Length != 2 || operands[0].Rank == 0 || operands[1].Element != ElementType.I32)
            throw new GraphException("RNNJ120",
                $"'gather' needs a table and i32 indices, found {TensorType.List(operands, " and ")} (the table's rows are picked)");
        var extents = new Dim[operands[1].Rank + operands[0].Rank - 1];
        for (int axis = 0; axis < extents.Length; axis++)
            extents[axis] = axis < operands[1].Rank ? operands[1].Dims[axis] : operands[0].Dims[axis - operands[1].Rank + 1];
        return [operands[0].WithDims(EquatableArray.Owning(extents))];
    }

    public override NdArray[] Evaluate(NdArray[] operands, Evaluation evaluation)
    {
        NdArray table = operands[0], index = operands[1];
        NdArray rows = table.Rows(index.Data.Select(i => CheckRow(1, i, table.Shape[0])).ToArray());
        return [rows.Reshape([.. index.Shape, .. table.Shape.Skip(1)])];
    }

    /// <param name="operand">Which operand has the index.</param>
    internal static int CheckRow(int operand, double index, int rows, string cure = "check the vocabulary") => index >= 0 && index < rows
        ? (int)index
        : throw new OperandException($"{{{operand}}} holds index {index}, wanted 0 to {rows - 1} ({cure})");

    public override Value?[] Gradient(Value[] operands, Value[] results, Value?[] cotangents) =>
        [cotangents[0] is { } dy ? dy.Builder.Add(new ScatterOp(operands[0].Type.Dims[0]), operands[1], dy) : null, null];
}
