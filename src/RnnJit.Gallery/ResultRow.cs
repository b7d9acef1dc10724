using System.Globalization;

namespace RnnJit.Gallery;

/// <summary>A run of a system as a row of results.tsv.</summary>
/// <param name="Budget">full or quick.</param>
/// <param name="Figures">Names and what was found, the system's own figure first.</param>
public sealed record ResultRow(
    DateOnly Date, string System, string Budget, int Seeds, double Seconds, bool IsMet, IReadOnlyList<(string Name, string Found)> Figures)
{
    /// <summary>The names of the columns.</summary>
    public const string Heads = "date\tsystem\tbudget\tseeds\tseconds\tmet\tfigures";

    private const string Separator = "; ", Equal = " = ";

    /// <summary>The row of a run.</summary>
    public static ResultRow Of(SystemFacts facts, GalleryContext context, GalleryReport report, DateOnly date, double seconds) => new(
        date, facts.Name, context.Quick ? "quick" : "full", context.Seeds, seconds, report.IsMet,
        [.. report.Figures.Select(figure => (figure.Name, figure.Found))]);

    /// <summary>The row as a line; a tab or line end in a text becomes a space.</summary>
    public override string ToString()
    {
        string figures = string.Join(Separator, Figures.Select(figure => figure.Name + Equal + figure.Found));
        string[] cells =
        [
            Date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), System, Budget, Seeds.ToString(CultureInfo.InvariantCulture),
            Seconds.ToString("0.0", CultureInfo.InvariantCulture), IsMet ? "yes" : "no", figures,
        ];
        return string.Join('\t', cells.Select(cell => cell.ReplaceLineEndings(" ").Replace('\t', ' ')));
    }

    /// <returns>The row that a line holds; null where it holds none, as the line of heads.</returns>
    public static ResultRow? Parse(string line)
    {
        string[] cells = line.Split('\t');
        if (cells.Length != 7
            || !DateOnly.TryParseExact(cells[0], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly date)
            || !int.TryParse(cells[3], NumberStyles.None, CultureInfo.InvariantCulture, out int seeds)
            || !double.TryParse(cells[4], NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds))
            return null;
        var figures = cells[6].Split(Separator).Select(figure => figure.Split(Equal)).Where(parts => parts.Length == 2)
            .Select(parts => (parts[0], parts[1]));
        return new ResultRow(date, cells[1], cells[2], seeds, seconds, cells[5] == "yes", [.. figures]);
    }

    /// <summary>The rows of the project's own runs, with full budget.</summary>
    public static IReadOnlyList<ResultRow> Recorded()
    {
        using Stream stream = typeof(ResultRow).Assembly.GetManifestResourceStream("gallery-results.tsv")!;
        using var reader = new StreamReader(stream);
        return [.. reader.ReadToEnd().Split('\n').Select(Parse).OfType<ResultRow>()];
    }
}
