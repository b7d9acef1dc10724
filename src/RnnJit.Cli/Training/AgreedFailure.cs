namespace RnnJit.Cli.Training;

/// <summary>A failure that all ranks of a training know of, so that they end in order and the first one says it.</summary>
/// <param name="code">The exit code of every rank.</param>
/// <param name="sentences">What the first rank says.</param>
internal sealed class AgreedFailure(int code, IReadOnlyList<string> sentences, Exception? inner = null)
    : Exception(string.Join(" ", sentences), inner)
{
    public int Code => code;

    public IReadOnlyList<string> Sentences => sentences;

    /// <summary>Of an exception that every rank throws at the same place.</summary>
    public static AgreedFailure Of(Exception e, int code) => new(code, [.. Failures.Sentences(e)], e);
}
