using System.Globalization;
using RnnJit.Ir;

namespace RnnJit.Ops;

/// <summary>Concatenation of tensors along an axis.</summary>
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
        if (operands.Length == 0 || Axis < 0 || !Array.TrueForAll(operands, IsAlike) || !Agree(operands, dims))
            throw new GraphException("RNNJ119",
                $"'concat[{Attributes}]' does not fit {TensorType.List(operands, " and ")} (all other extents agree)");
        Dim total = dims.Resolve(operands[0].Dims[Axis]);
        for (int i = 1; i < operands.Length; i++)
            total += dims.Resolve(operands[i].Dims[Axis]);
        return [dims.Resolve(operands[0]).WithDim(Axis, total)];

        bool IsAlike(TensorType operand) =>
            operand.Rank == operands[0].Rank && operand.Element == operands[0].Element && Axis < operand.Rank;
    }

    private bool Agree(TensorType[] operands, DimContext dims)
    {
        foreach (TensorType operand in operands)
        {
            for (int axis = 0; axis < operand.Rank; axis++)
            {
                if (axis != Axis && !dims.Unify(operand.Dims[axis], operands[0].Dims[axis]))
                    return false;
            }
        }

        return true;
    }

    public override NdArray[] Evaluate(NdArray[] operands, Evaluation evaluation)
    {
        int[] first = operands[0].Shape;
        int total = operands.Sum(o => o.Shape[Axis]), inner = NdArray.Size(first.Skip(Axis + 1).ToArray()),
            outer = NdArray.Size(first.Take(Axis).ToArray());
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
