using RnnJit.Ops;

namespace RnnJit.Cells.Transforms;

/// <summary>Mean and variance over axes, which stay with extent 1. The variance is divided by the extent.</summary>
internal static class Moments
{
    /// <param name="counts">Which rows count, 1 or 0, along the axes; null: all.</param>
    public static (Value Mean, Value Variance) Over(Value x, IReadOnlyList<int> axes, Value? counts = null)
    {
        Value? number = counts is null ? null : Rnn.Total(counts);
        Value Mean(Value y)
        {
            Value sum = x.Builder.Add(new SumOp(axes), counts is null ? y : counts * y);
            return number is null ? axes.Aggregate(sum, (mean, axis) => mean / Rnn.Extent(x, axis)) : sum / number;
        }

        Value mean = Mean(x), centred = x - mean;
        return (mean, Mean(centred * centred));
    }

    /// <summary>(x − μ) / √(σ² + ε).</summary>
    public static Value Normalised(Value x, Value mean, Value variance, double epsilon) => (x - mean) / Rnn.Sqrt(variance + epsilon);

    public static Value Normalised(Value x, int axis, double epsilon)
    {
        var (mean, variance) = Over(x, [axis]);
        return Normalised(x, mean, variance, epsilon);
    }
}
