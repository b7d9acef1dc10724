using Microsoft.CodeAnalysis.CSharp;

namespace RnnJit.Jit;

/// <summary>The cache of syntax nodes that Roslyn keeps for the life of a process.</summary>
internal static class SyntaxCache
{
    // About 1 % of the places are free after 100,000 parses of a cell and live bytes grow slowly until they are taken.
    private const int Parses = 250_000;

    /// <summary>
    /// Fills the cache: at most 65,536 nodes. Each parse of a C# file adds a few, so live bytes grow for as long as it has free places.
    /// Measurements of memory call this first, with a text that they compile later: nodes which are replaced are then
    /// as large as those that replace them.
    /// </summary>
    /// <exception cref="OperationCanceledException"><paramref name="interrupted"/> was cancelled.</exception>
    public static void Fill(string text, CancellationToken interrupted = default)
    {
        for (int parse = 0; parse < Parses; parse++)
        {
            interrupted.ThrowIfCancellationRequested();
            CSharpSyntaxTree.ParseText(text, cancellationToken: interrupted);
        }
    }
}
