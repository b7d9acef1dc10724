
namespace RnnJit.Data;

/// <summary>A text cannot be used as training data: missing, unreadable, empty, binary, too short, or
/// holding an unknown character.</summary>
public sealed class TextDataException : RnnJitException
{
    public TextDataException(string message) : base(message)
    {
    }

    public TextDataException(string message, Exception inner) : base(message, inner)
    {
    }
}
