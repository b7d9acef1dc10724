using System.Globalization;
using RnnJit.Ir;

namespace RnnJit.Ops;

/// <summary>A run of one axis, printed as <c>slice[axis, start, length]</c>.</summary>
public sealed class SliceOp(int axis, Dim start, Dim length) : Op
{
    public int Axis { get; } = axis;

    public Dim Start { get; } = start;

    public Dim Length { get; } = length;

    public override string Name => "slice";

    public override OpFamily Family => OpFamily.View;

    public override string Attributes => $"{Axis}, {Start}, {Length}";

    public static SliceOp Parse(string attributes)
    {
        string[] parts = attributes.Split(',');
        if (parts.Length != 3 || !int.TryParse(parts[0].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int axis))
            throw new GraphException("RNNJ118", $"'slice[{attributes}]' needs an axis, a start and a length (write slice[1, 0, H])");
        return new SliceOp(axis, Dim.Parse(parts[1]), Dim.Parse(parts[2]));
    }

    public override TensorType[] Infer(TensorType[] operands, DimContext dims)
    {
        if (operands.Length != 1 || Axis < 0 || Axis >= operands[0].Rank || !Fits(operands[0].Dims[Axis]))
            throw new GraphException("RNNJ118",
                $"'slice[{Attributes}]' does not fit {TensorType.List(operands, ", ")} (start + length within the axis)");
        return [operands[0].WithDim(Axis, Length)];
    }

    // Symbols are at least 1: T − 1 ≥ 0.
    private bool Fits(Dim extent) => Start.Least >= 0 && Length.Least >= 0 && (extent - Start - Length).Least >= 0;

    public override NdArray[] Evaluate(NdArray[] operands, Evaluation evaluation)
    {
        NdArray x = operands[0];
        int start = Start.Evaluate(evaluation.Sizes), length = Length.Evaluate(evaluation.Sizes);
        var result = new NdArray(x.Shape.Select((extent, i) => i == Axis ? length : extent).ToArray());
        int inner = NdArray.Size(x.Shape.Skip(Axis + 1).ToArray()), outer = NdArray.Size(x.Shape.Take(Axis).ToArray());
        for (int o = 0; o < outer; o++)
            Array.Copy(x.Data, ((o * x.Shape[Axis]) + start) * inner, result.Data, o * length * inner, length * inner);
        return [result];
    }

    // The elements outside the slice have gradient 0.
    public override Value?[] Gradient(Value[] operands, Value[] results, Value?[] cotangents)
    {
        if (cotangents[0] is not { } dy)
            return [null];

        TensorType whole = operands[0].Type;
        Dim rest = whole.Dims[Axis] - Start - Length;
        var parts = new List<Value>();
        Value Zeros(Dim extent) =>
            dy.Builder.Add(new ConstantOp(0, whole.WithDims(whole.Dims.Select((dim, i) => i == Axis ? extent : dim))));
        if (Start != Dim.Of(0))
            parts.Add(Zeros(Start));
        parts.Add(dy);
        if (rest != Dim.Of(0))
            parts.Add(Zeros(rest));
        return [parts.Count == 1 ? dy : dy.Builder.Add(new ConcatOp(Axis), parts.ToArray())];
    }

    public override Op Map(TypeMap map) => new SliceOp(Axis, map.Map(Start), map.Map(Length));
}
