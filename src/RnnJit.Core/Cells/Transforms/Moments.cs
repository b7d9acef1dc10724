using RnnJit.Ops;

namespace RnnJit.Cells;

/// <summary>Mean and variance over axes, which stay with extent 1. The variance is divided by the number of elements.</summary>
internal static class Moments
{
    /// <param name="counts">1 for rows that count, 0 for others, of the rank of x; null: all count. Mean and variance over no row are
    /// 0.</param>
    public static (Value Mean, Value Variance) Over(Value x, IReadOnlyList<int> axes, Value? counts = null)
    {
        Value? number = counts is null ? null : Rnn.Max(Number(counts, axes), 1);
        Value Mean(Value y)
        {
            Value sum = x.Builder.Add(new SumOp(axes), Counted(y, counts));
            return number is null ? axes.Aggregate(sum, (mean, axis) => mean / Rnn.Extent(x, axis)) : sum / number;
        }

        Value mean = Mean(x), centred = x - mean;
        return (mean, Mean(centred * centred));
    }

    /// <summary>Number of rows that count: the sum of the 0/1 mask over the axes, which stay with extent 1.</summary>
    public static Value Number(Value counts, IReadOnlyList<int> axes) => counts.Builder.Add(new SumOp(axes), counts);

    /// <summary>x in rows that count, else 0: a selection, so that other rows are not read, not even NaN, and have gradient 0.</summary>
    public static Value Counted(Value x, Value? counts) => counts is null ? x : Rnn.Select(counts, x, x.Constant(0));

    /// <summary>(x − μ) / √(σ² + ε).</summary>
    public static Value Normalised(Value x, Value mean, Value variance, double epsilon) => (x - mean) / Rnn.Sqrt(variance + epsilon);

    public static Value Normalised(Value x, int axis, double epsilon)
    {
        var (mean, variance) = Over(x, [axis]);
        return Normalised(x, mean, variance, epsilon);
    }
}
