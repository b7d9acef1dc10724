using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit;

// Functions over the time axis T of [T, B, …].
public static partial class Rnn
{
    // No number of f32 is less, and unlike −∞ it is finite.
    private const double Least = float.MinValue;

    /// <summary>
    /// The mean over the steps of each row: y [T, B, …] and lengths i32[B] ⇒ [B, …]. Steps past a row's length are not read, not even
    /// NaN, and have gradient 0; a row of length 0 gives 0.
    /// </summary>
    /// <exception cref="GraphException">RNNJ126: the sequence has no such rows.</exception>
    public static Value MeanOverTime(Value y, Indices lengths)
    {
        Value counts = StepsOf(nameof(MeanOverTime), y, lengths);
        Value sum = Sum(Select(counts, y, 0), 0);
        return WithoutTime(sum / Max(Sum(counts, 0), 1));
    }

    /// <summary>
    /// The maximum over the steps of each row: y [T, B, …] and lengths i32[B] ⇒ [B, …]. Steps past a row's length are not read, not even
    /// NaN, and have gradient 0; a row of length 0 gives 0. Steps that are the maximum share its gradient. Numbers of f64 below −3.4 · 10³⁸
    /// count as that.
    /// </summary>
    /// <exception cref="GraphException">RNNJ126: the sequence has no such rows.</exception>
    public static Value MaxOverTime(Value y, Indices lengths)
    {
        Value counts = StepsOf(nameof(MaxOverTime), y, lengths);
        Value most = Maximum(Select(counts, y, Least), 0);
        return WithoutTime(Select(Maximum(counts, 0), most, 0));
    }

    // Mask of steps: 1 at the steps of a row, 0 past them: [T, B, 1, …], with the rank of the sequence.
    private static Value StepsOf(string function, Value y, Indices lengths)
    {
        TensorType type = y.Type, rows = lengths.Tensor.Type;
        if (type.Rank < 2 || rows.Rank != 1 || type.Dims[1] != rows.Dims[0])
            throw new GraphException("RNNJ126", $"{function} is given a sequence {type} and lengths {rows}, wanted [T, B, …] and i32[B] "
                + "(give a length for each row)");
        Value mask = y.Builder.Add(new SequenceMaskOp(type.Dims[0], type.Element), lengths.Tensor);
        return Reshape(Transpose(mask, 1, 0), [type.Dims[0], type.Dims[1], .. Enumerable.Repeat(Dim.Of(1), type.Rank - 2)]);
    }

    private static Value WithoutTime(Value x) => Reshape(x, [.. x.Type.Dims.Skip(1)]);
}
