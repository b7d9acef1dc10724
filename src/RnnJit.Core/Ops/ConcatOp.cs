using System.Globalization;
using RnnJit.Ir;

namespace RnnJit.Ops;

/// <summary>Tensors one behind the other along an axis.</summary>
public sealed class ConcatOp(int axis) : Op
{
    public int Axis { get; } = axis;

    public override string Name => "concat";

    public override OpFamily Family => OpFamily.View;

    public override string Attributes => Axis.ToString(CultureInfo.InvariantCulture);

    public static ConcatOp Parse(string attributes) =>
        int.TryParse(attributes.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int axis)
            ? new ConcatOp(axis)
            : throw new GraphException("RNNJ119", $"'concat[{attributes}]' needs an axis (write concat[1])");

    public override TensorType[] Infer(TensorType[] operands, DimContext dims)
    {
        bool fits = operands.Length > 0 && operands.All(o => o.Rank == operands[0].Rank && o.Element == operands[0].Element && Axis >= 0 && Axis < o.Rank)
            && operands.All(o => Enumerable.Range(0, o.Rank).All(i => i == Axis || dims.Unify(o.Dims[i], operands[0].Dims[i])));
        if (!fits)
            throw new GraphException("RNNJ119", $"'concat[{Attributes}]' does not fit {TensorType.List(operands, " and ")} (all other extents agree)");
        Dim total = operands.Select(o => dims.Resolve(o.Dims[Axis])).Aggregate((a, b) => a + b);
        return [operands[0].WithDims(operands[0].Dims.Select((dim, i) => i == Axis ? total : dims.Resolve(dim)))];
    }

    public override NdArray[] Evaluate(NdArray[] operands, Evaluation evaluation)
    {
        int[] first = operands[0].Shape;
        int total = operands.Sum(o => o.Shape[Axis]), inner = NdArray.Size(first.Skip(Axis + 1).ToArray()), outer = NdArray.Size(first.Take(Axis).ToArray());
        var result = new NdArray(first.Select((extent, i) => i == Axis ? total : extent).ToArray());
        int start = 0;
        foreach (NdArray x in operands)
        {
            int run = x.Shape[Axis] * inner;
            for (int o = 0; o < outer; o++)
                Array.Copy(x.Data, o * run, result.Data, ((o * total) + start) * inner, run);
            start += x.Shape[Axis];
        }

        return [result];
    }

    public override Value?[] Gradient(Value[] operands, Value[] results, Value?[] cotangents)
    {
        if (cotangents[0] is not { } dy)
            return new Value?[operands.Length];

        Dim start = 0;
        var gradients = new Value?[operands.Length];
        for (int i = 0; i < operands.Length; i++)
        {
            Dim length = operands[i].Type.Dims[Axis];
            gradients[i] = dy.Builder.Add(new SliceOp(Axis, start, length), dy);
            start += length;
        }

        return gradients;
    }
}
