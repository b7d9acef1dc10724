using System.Globalization;

namespace RnnJit.Cli.Benchmarks;

/// <summary>Rows of texts in columns: for people, or as Markdown.</summary>
internal sealed class TextTable(params string[] heads)
{
    private readonly List<IReadOnlyList<string>> rows = [];

    public void Add(IReadOnlyList<string> cells) => rows.Add(cells);

    public void Print(TextWriter to, bool markdown)
    {
        if (markdown)
        {
            to.WriteLine($"| {string.Join(" | ", heads)} |");
            to.WriteLine(string.Concat(heads.Select(_ => "|---")) + "|");
            foreach (IReadOnlyList<string> row in rows)
                to.WriteLine($"| {string.Join(" | ", row)} |");
            return;
        }

        int[] widths = [.. heads.Select((head, column) => rows.Select(row => Width(row[column])).Append(Width(head)).Max())];
        foreach (IReadOnlyList<string> row in rows.Prepend(heads))
            to.WriteLine(string.Join("  ", row.Select(
                (cell, column) => IsNumber(column) ? Space(cell, widths[column]) + cell : cell + Space(cell, widths[column]))).TrimEnd());
    }

    // A letter with a mark above it takes one place.
    private static int Width(string cell) => new StringInfo(cell).LengthInTextElements;

    private static string Space(string cell, int width) => new(' ', width - Width(cell));

    private bool IsNumber(int column) => rows.Any(row => row[column].Length > 0)
        && rows.All(row => row[column].All(c => char.IsDigit(c) || c is '.' or ',' or '-' or '≈' or ' '));
}
