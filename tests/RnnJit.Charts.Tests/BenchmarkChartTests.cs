using System.Globalization;
using System.Text.RegularExpressions;

namespace RnnJit.Charts.Tests;

/// <summary>The first table of docs/benchmarks.md: its rows are rows of the targets, and its chart is drawn from it.</summary>
internal sealed partial class BenchmarkChartTests
{
    private const string Picture = "docs/benchmarks-peers.svg";

    [Test]
    public void The_first_table_repeats_rows_of_the_targets()
    {
        string targets = Section("## Targets");
        foreach (Row row in Rows())
        {
            // A target's row has both numbers of threads: 'layer | own 1 · own 2 | peer 1 NAME · peer 2 NAME'.
            string layer = row.Layer.Replace(" forward", "", StringComparison.Ordinal).Replace(" training", "", StringComparison.Ordinal)
                .Replace(", bf16 weights", "", StringComparison.Ordinal).Replace("peephole LSTM", "peephole", StringComparison.Ordinal);
            string line = $@"\| {Regex.Escape(layer)} \| {Number(row.Own)} · \S+ \| {Number(row.Peer)} ";
            Assert.That(targets, Does.Match(line), row.Layer);
        }
    }

    [Test]
    public void Ratios_are_those_of_the_times()
    {
        Assert.That(Rows(), Has.Length.GreaterThan(4));
        foreach (Row row in Rows())
            Assert.That(row.Ratio, Is.EqualTo(row.Peer / row.Own).Within(0.00501), row.Layer);
    }

    [Test]
    public void The_chart_is_drawn_from_the_first_table()
    {
        Row[] rows = Rows();
        var chart = new BarChart([.. rows.Select(row => row.Layer)])
        {
            Width = 1100, Title = "Time of a run on one thread, RnnJit = 1 (lower is faster)", YLabel = "time / time of RnnJit",
        };
        chart.Add("RnnJit", [.. rows.Select(_ => 1.0)]);
        chart.Add("fastest of PyTorch, ONNX Runtime, oneDNN", [.. rows.Select(row => row.Ratio)]);
        string path = Path.Combine(Root, Picture);
        if (Environment.GetEnvironmentVariable("RNNJIT_ACCEPT") == "1")
            File.WriteAllText(path, chart.ToSvg());
        Assert.That(File.ReadAllText(path).ReplaceLineEndings("\n"), Is.EqualTo(chart.ToSvg().ReplaceLineEndings("\n")),
            $"{Picture} is not drawn from the table (RNNJIT_ACCEPT=1 draws it)");
    }

    internal static string Root
    {
        get
        {
            string folder = TestContext.CurrentContext.TestDirectory;
            while (!File.Exists(Path.Combine(folder, "RnnJit.sln")))
                folder = Path.GetDirectoryName(folder)!;
            return folder;
        }
    }

    private static Row[] Rows() => [.. RowPattern().Matches(Section("## At a glance"))
        .Select(found => new Row(found.Groups[1].Value, Read(found, 2), Read(found, 3), Read(found, 4)))];

    private static string Section(string heading)
    {
        string text = File.ReadAllText(Path.Combine(Root, "docs/benchmarks.md")).ReplaceLineEndings("\n");
        int start = text.IndexOf(heading + "\n", StringComparison.Ordinal),
            end = text.IndexOf("\n## ", start + 1, StringComparison.Ordinal);
        return text[start..end];
    }

    private static double Read(Match found, int group) => double.Parse(found.Groups[group].Value, CultureInfo.InvariantCulture);

    private static string Number(double value) => Regex.Escape(value.ToString("0.000", CultureInfo.InvariantCulture));

    [GeneratedRegex(@"^\| ([^|]+) \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|$", RegexOptions.Multiline)]
    private static partial Regex RowPattern();

    private sealed record Row(string Layer, double Own, double Peer, double Ratio);
}
