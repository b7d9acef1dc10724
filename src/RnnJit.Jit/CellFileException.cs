namespace RnnJit.Jit;

/// <summary>A file gives no cell. The message has one line for each sentence, as compilers print them:
/// <c>FILE(line,column): error ID: sentence</c>.</summary>
public sealed class CellFileException(IReadOnlyList<string> sentences, Exception? inner = null)
    : RnnJitException(string.Join("\n", sentences), inner)
{
    public IReadOnlyList<string> Sentences { get; } = sentences;
}
