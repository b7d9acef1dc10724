using RnnJit.Ir;

namespace RnnJit.Networks;

/// <summary>Weights of another library cannot be read, or do not fit the model; or a model has no form in that library.</summary>
public sealed class ForeignWeightsException : RnnJitException
{
    public ForeignWeightsException(string message)
        : base(LongSentence.Shortened(message))
    {
    }

    public ForeignWeightsException(string message, Exception inner)
        : base(LongSentence.Shortened(message), inner)
    {
    }
}
