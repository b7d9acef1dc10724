using RnnJit.Ir;

namespace RnnJit.Networks;

/// <summary>A file is no model or checkpoint of this program, is damaged, or does not match the request.</summary>
public sealed class CheckpointException : RnnJitException
{
    public CheckpointException(string message)
        : base(LongSentence.Shortened(message))
    {
    }

    public CheckpointException(string message, Exception inner)
        : base(LongSentence.Shortened(message), inner)
    {
    }
}
