using RnnJit.Ir;

namespace RnnJit.Files;

/// <summary>A file of weights, npy, npz or of another library, is malformed, unreadable, or holds what is not read.</summary>
public sealed class WeightFileException : RnnJitException
{
    public WeightFileException(string message)
        : base(LongSentence.Shortened(message))
    {
    }

    public WeightFileException(string message, Exception inner)
        : base(LongSentence.Shortened(message), inner)
    {
    }
}
