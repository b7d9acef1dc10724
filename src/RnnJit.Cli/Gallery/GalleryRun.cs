using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using RnnJit.Charts;
using RnnJit.Cli.Benchmarks;
using RnnJit.Gallery;

namespace RnnJit.Cli.Gallery;

/// <summary>Runs a system, prints what it found, and writes its page.</summary>
internal sealed class GalleryRun(IGallerySystem system, Terminal terminal, GalleryFolder folder, bool json)
{
    /// <returns>1 where a figure is not what is wanted.</returns>
    public int Run(GalleryContext context)
    {
        SystemFacts facts = system.Facts;
        long start = Stopwatch.GetTimestamp();
        GalleryReport report = system.Run(context with
        {
            Progress = new GalleryProgressLines(terminal.Error, facts.Name).Update,
            Interrupted = terminal.Interrupted,
        });
        var row = ResultRow.Of(facts, context, report, DateOnly.FromDateTime(DateTime.UtcNow),
            Stopwatch.GetElapsedTime(start).TotalSeconds);
        IReadOnlyList<string> pictures = folder.Write($"{facts.Name}: {facts.Shows}", [.. Head(facts, report, row), .. report.Sections],
            row);
        if (json)
            PrintJson(report, row, pictures);
        else
            Print(report, row, pictures);
        return report.IsMet ? ExitCode.Success : ExitCode.Failure;
    }

    private static IEnumerable<Section> Head(SystemFacts facts, GalleryReport report, ResultRow row) =>
    [
        new ParagraphSection($"{facts.Shape}. Source: {facts.Source}. Reference: {facts.Reference}."),
        new ParagraphSection(Budget(row)),
        new TableSection("Figures", ["figure", "wanted", "found", "met"], [.. report.Figures.Select(Cells)]),
    ];

    private static string Budget(ResultRow row) => string.Create(CultureInfo.InvariantCulture,
        $"{row.Date:yyyy-MM-dd}, {row.Budget} budget, {row.Seeds} seed{(row.Seeds == 1 ? "" : "s")}, {row.Seconds:0.0} s.");

    private static string[] Cells(Figure figure) =>
        [figure.Name, figure.Wanted, figure.Found, figure.Wanted.Length == 0 ? "" : figure.IsMet ? "yes" : "no"];

    private void Print(GalleryReport report, ResultRow row, IReadOnlyList<string> pictures)
    {
        foreach (Section section in report.Sections)
            Print(section);
        var table = new TextTable("figure", "wanted", "found", "met");
        foreach (Figure figure in report.Figures)
            table.Add(Cells(figure));
        table.Print(terminal.Out, markdown: false);
        terminal.Out.WriteLine();
        terminal.Out.WriteLine(Budget(row));
        string files = string.Join(", ", pictures.Select(file => $"'{file}'"));
        terminal.Out.WriteLine($"Page in '{folder.Page}'; pictures in {files}; a row in '{folder.Results}'");
    }

    private void Print(Section section)
    {
        switch (section)
        {
            case TableSection table:
                terminal.Out.WriteLine(table.Caption);
                var text = new TextTable([.. table.Heads]);
                foreach (IReadOnlyList<string> cells in table.Rows)
                    text.Add(cells);
                text.Print(terminal.Out, markdown: false);
                break;
            case CodeSection { OnlyOnPage: false } code:
                terminal.Out.WriteLine(code.Caption);
                terminal.Out.WriteLine(code.Text.TrimEnd());
                break;
            case ParagraphSection paragraph:
                terminal.Out.WriteLine(paragraph.Text);
                break;
            case HeadingSection heading:
                terminal.Out.WriteLine(heading.Text);
                break;
            default:
                return;
        }

        terminal.Out.WriteLine();
    }

    private void PrintJson(GalleryReport report, ResultRow row, IReadOnlyList<string> pictures) =>
        terminal.Out.WriteLine(JsonSerializer.Serialize(new
        {
            system = row.System,
            budget = row.Budget,
            seeds = row.Seeds,
            seconds = row.Seconds,
            met = report.IsMet,
            figures = report.Figures.Select(figure =>
                new { name = figure.Name, wanted = figure.Wanted, found = figure.Found, met = figure.IsMet }),
            page = folder.Page,
            pictures,
            results = folder.Results,
        }));
}
