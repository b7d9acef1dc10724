using System.CommandLine;
using RnnJit.Cells;

namespace RnnJit.Cli.Benchmarks;

/// <summary>The options after a line's <c>mk</c>: those of <c>bench</c> that change the cell, and <c>--lengths</c>.</summary>
internal sealed class ServedOptions
{
    private readonly RegularisationFlags regularisation = new();
    private readonly ParseResult parsed;

    /// <exception cref="UsageException">An option is unknown or has no such value.</exception>
    public ServedOptions(string[] words)
    {
        Option<string?> lengths = LengthTimes.Flag();
        var command = new Command("mk") { lengths };
        foreach (Option option in regularisation.All)
            command.Add(option);
        parsed = command.Parse(words);
        if (ParseSentence.Of(parsed) is { } wrong)
            throw new UsageException(wrong);
        Lengths = parsed.GetValue(lengths);
    }

    /// <summary>Null: rows have no lengths.</summary>
    public string? Lengths { get; }

    /// <inheritdoc cref="RegularisationFlags.Apply" path="/exception"/>
    public CellDefinition Apply(CellDefinition cell) => regularisation.Apply(parsed, cell);
}
