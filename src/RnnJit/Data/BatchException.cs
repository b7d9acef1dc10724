using RnnJit.Ir;

namespace RnnJit.Data;

/// <summary>Rows cannot become a batch: a width is another, sequences of one axis differ in length, or no row has a step.</summary>
public sealed class BatchException : RnnJitException
{
    public BatchException(string message)
        : base(LongSentence.Shortened(message))
    {
    }

    public BatchException(string message, Exception inner)
        : base(LongSentence.Shortened(message), inner)
    {
    }
}
