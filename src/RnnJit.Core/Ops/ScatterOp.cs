using RnnJit.Ir;

namespace RnnJit.Ops;

/// <summary>The adjoint of gather: table[index[i], …] = Σ of the rows x[i, …] with that index, in ascending i; printed as
/// <c>scatter[rows]</c>.</summary>
public sealed class ScatterOp(Dim rows) : Op
{
    public Dim Rows { get; } = rows;

    public override string Name => "scatter";

    public override OpFamily Family => OpFamily.Gather;

    public override string Attributes => Rows.ToString();

    public static ScatterOp Parse(string attributes) => new(Dim.Parse(attributes));

    public override TensorType[] Infer(TensorType[] operands, DimContext dims)
    {
        bool fits = operands.Length == 2 && operands[0].Element == ElementType.I32 && operands[1].Rank >= operands[0].Rank
            && Enumerable.Range(0, operands[0].Rank).All(i => dims.Unify(operands[0].Dims[i], operands[1].Dims[i]));
        if (!fits)
            throw new GraphException("RNNJ121",
                $"'scatter' needs i32 indices and rows for them, found {TensorType.List(operands, " and ")} (leading extents agree)");
        return [operands[1].WithDims(operands[1].Dims.Skip(operands[0].Rank).Prepend(Rows))];
    }

    public override NdArray[] Evaluate(NdArray[] operands, Evaluation evaluation)
    {
        NdArray index = operands[0], x = operands[1];
        var table = new NdArray([Rows.Evaluate(evaluation.Sizes), .. x.Shape.Skip(index.Rank)]);
        AddRows(0, table, index, x);
        return [table];
    }

    /// <summary>table[index[i], …] += x[i, …] in ascending i.</summary>
    /// <param name="operand">Which operand has the index.</param>
    /// <exception cref="OperandException">The table lacks a row.</exception>
    internal static void AddRows(int operand, NdArray table, NdArray index, NdArray x)
    {
        int rows = table.Shape[0], width = table.Length / Math.Max(rows, 1);
        for (int i = 0; i < index.Length; i++)
        {
            int row = GatherOp.CheckRow(operand, index.Data[i], rows);
            for (int j = 0; j < width; j++)
                table.Data[(row * width) + j] += x.Data[(i * width) + j];
        }
    }

    public override Value?[] Gradient(Value[] operands, Value[] results, Value?[] cotangents) =>
        [null, cotangents[0] is { } dy ? dy.Builder.Add(GatherOp.Instance, dy, operands[0]) : null];

    public override Op Map(TypeMap map) => new ScatterOp(map.Map(Rows));
}
