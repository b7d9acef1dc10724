namespace RnnJit.Training;

/// <summary>Ranks that cannot train together: no MPI library, a launcher of another one, other builds, options or machines.</summary>
public sealed class RanksException : RnnJitException
{
    /// <param name="message">One sentence: the finding, and the cure in parentheses.</param>
    public RanksException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
