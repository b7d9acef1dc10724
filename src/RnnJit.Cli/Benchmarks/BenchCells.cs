using RnnJit.Cells;

namespace RnnJit.Cli.Benchmarks;

/// <summary>Cells under the names that benchmarks give them: <c>gru</c> is the form of PyTorch, cuDNN and oneDNN there, <c>vanilla</c> and
/// <c>rnn</c> are the Elman cell.</summary>
internal static class BenchCells
{
    private static readonly Dictionary<string, Type> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["lstm"] = typeof(Lstm), ["gru"] = typeof(GruResetAfter), ["rnn"] = typeof(Elman), ["vanilla"] = typeof(Elman),
    };

    /// <summary>A cell by such a name, by its own (<c>RnnJit.Cells.Gru</c> is the form of the lectures), or of a file.</summary>
    /// <inheritdoc cref="CellArgument.Find" path="/exception"/>
    public static CellDefinition Find(string cell) =>
        Names.TryGetValue(cell, out Type? type) ? CellRegistry.Find(type) : CellArgument.Find(cell, terminal: null);
}
