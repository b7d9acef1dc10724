using static RnnJit.Rnn;

namespace RnnJit.Networks;

/// <summary>Losses as scalars: means over all elements.</summary>
public static class Loss
{
    /// <summary>The mean of (y − target)² over all elements of two tensors of one shape.</summary>
    public static Value MeanSquaredError(Value y, Value target)
    {
        Value error = y - target;
        return TotalMean(error * error);
    }

    /// <summary>The mean over all rows of −ln softmax(logits)[target], in nats: logits [T, B, V], targets i32[T, B].</summary>
    public static Value SoftmaxCrossEntropy(Value logits, Indices targets) => TotalMean(CrossEntropy(logits, targets));
}
