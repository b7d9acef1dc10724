using RnnJit.Ir;

namespace RnnJit.Ops;

/// <summary>
/// The place of the maximum along the last axis, which goes: x […, N] ⇒ i32[…]. Of several maxima the first one counts; NaN counts as more
/// than any number.
/// </summary>
public sealed class ArgMaxOp : Op
{
    public static ArgMaxOp Instance { get; } = new();

    public override string Name => "argmax";

    public override OpFamily Family => OpFamily.Gather;

    public override TensorType[] Infer(TensorType[] operands, DimContext dims)
    {
        if (operands.Length != 1 || !operands[0].IsReal || operands[0].Rank == 0)
            throw Unfit(operands);
        return [new TensorType(ElementType.I32, operands[0].Dims.Take(operands[0].Rank - 1).ToEquatable())];
    }

    private GraphException Unfit(TensorType[] operands) => new(
        "RNNJ127", $"'{Name}' does not fit {TensorType.List(operands, " and ")} (give one tensor of real numbers with an axis)");

    public override NdArray[] Evaluate(NdArray[] operands, Evaluation evaluation)
    {
        NdArray x = operands[0];
        int places = x.Shape[x.Rank - 1];
        var result = new NdArray(x.Shape.Take(x.Rank - 1).ToArray());
        for (int row = 0; row < result.Length; row++)
        {
            int most = 0;
            for (int i = 1; i < places; i++)
            {
                if (IsMore(x.Data[(row * places) + i], x.Data[(row * places) + most]))
                    most = i;
            }

            result.Data[row] = most;
        }

        return [result];
    }

    /// <summary>True if x replaces the maximum so far; the first NaN does.</summary>
    public static bool IsMore(double x, double most) => x > most || (double.IsNaN(x) && !double.IsNaN(most));

    public override Value?[] Gradient(Value[] operands, Value[] results, Value?[] cotangents) => [null];
}
