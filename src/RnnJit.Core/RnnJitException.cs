namespace RnnJit;

/// <summary>
/// Base of the exceptions of this library: a graph, a file, a text, a batch or a kernel is not what was wanted. The message is one
/// sentence: found, wanted, and the cure in parentheses. A wrong argument is an <see cref="ArgumentException"/>, an object that was
/// disposed an <see cref="ObjectDisposedException"/>, a name that nobody has a <see cref="UnknownNameException"/>.
/// </summary>
public abstract class RnnJitException : Exception
{
    /// <param name="message">The sentence.</param>
    /// <param name="inner">The cause; null for none.</param>
    protected RnnJitException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
