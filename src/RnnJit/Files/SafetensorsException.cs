using RnnJit.Ir;

namespace RnnJit.Files;

/// <summary>A safetensors file is malformed or unreadable, or its content does not match the request.</summary>
public sealed class SafetensorsException : RnnJitException
{
    public SafetensorsException(string message) : base(LongSentence.Shortened(message))
    {
    }

    public SafetensorsException(string message, Exception inner) : base(LongSentence.Shortened(message), inner)
    {
    }
}
