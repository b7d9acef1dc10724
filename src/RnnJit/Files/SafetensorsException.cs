namespace RnnJit.Files;

/// <summary>A safetensors file is malformed or unreadable, or its content does not fit what was asked of it.</summary>
public sealed class SafetensorsException : Exception
{
    public SafetensorsException(string message) : base(message)
    {
    }

    public SafetensorsException(string message, Exception inner) : base(message, inner)
    {
    }
}
