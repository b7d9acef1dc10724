using RnnJit.Ir;

namespace RnnJit.Ops;

/// <summary>The operand repeated to a shape, aligned from the right.</summary>
public sealed class BroadcastOp(IEnumerable<Dim> dims) : Op
{
    public EquatableArray<Dim> Dims { get; } = dims.ToEquatable();

    public override string Name => "broadcast";

    public override OpFamily Family => OpFamily.View;

    public override string Attributes => Dims.ToString();

    public static BroadcastOp Parse(string attributes) => new(TensorType.ParseDims(attributes));

    public override TensorType[] Infer(TensorType[] operands, DimContext dims)
    {
        if (operands.Length != 1)
            throw new GraphException("RNNJ112",
                $"'broadcast[{Attributes}]' takes one operand, found {operands.Length} (give the tensor to repeat)");
        TensorType result = operands[0].WithDims(Dims);
        if (operands[0].Rank > Dims.Count || Broadcast.Join(Name, operands[0], result, dims) != dims.Resolve(result))
            throw new GraphException("RNNJ112",
                $"'broadcast[{Attributes}]' does not fit {operands[0]} (extents agree from the right or are 1)");
        return [result];
    }

    public override NdArray[] Evaluate(NdArray[] operands, Evaluation evaluation)
    {
        var result = new NdArray(Dims.Select(dim => dim.Evaluate(evaluation.Sizes)).ToArray());
        var rows = new StridedRows(result.Shape, operands[0].BroadcastStrides(result.Rank));
        while (rows.Next())
        {
            for (int i = 0; i < rows.Length; i++)
                result.Data[rows.First + i] = operands[0].Data[rows.Offsets[0] + (i * rows.Steps[0])];
        }

        return [result];
    }

    public override Value?[] Gradient(Value[] operands, Value[] results, Value?[] cotangents) =>
        [cotangents[0] is { } dy ? Broadcast.Undo(dy, operands[0].Type) : null];

    public override Op Map(TypeMap map) => new BroadcastOp(Dims.Select(map.Map));
}
