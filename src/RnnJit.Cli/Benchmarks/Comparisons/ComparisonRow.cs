using System.Globalization;
using RnnJit.Cli.Timing;

namespace RnnJit.Cli.Benchmarks.Comparisons;

/// <summary>The times of a variant and of its baseline: one row of the table.</summary>
internal sealed record ComparisonRow(Comparison Comparison, Variant Variant, RunTimes Baseline, RunTimes Own)
{
    public static IReadOnlyList<string> Heads { get; } = ["layer", "T,B,H", "threads", "alone, ms", "with", "ms", "ratio", "of medians",
        "wanted", "met"];

    /// <summary>The variant's fastest run over the baseline's fastest run.</summary>
    public double Ratio => Own.Min / Baseline.Min;

    /// <summary>True where the ratio is within the variant's bound; null where it has none.</summary>
    public bool? Met => Variant.Most is { } most ? Ratio <= most : null;

    public IReadOnlyList<string> Cells
    {
        get
        {
            static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
            var layer = Comparison.Baseline;
            return
            [
                $"{layer.Cell.Name} {(layer.Training ? "training" : "forward")}",
                FormattableString.Invariant($"{layer.Steps},{layer.Batch},{layer.Hidden}"), Number(layer.ThreadCount, "0"),
                Number(Baseline.Min * 1e3, "0.000"), Variant.Name, Number(Own.Min * 1e3, "0.000"), Number(Ratio, "0.00"),
                Number(Own.Median / Baseline.Median, "0.00"),
                Variant.Most is { } most ? Number(most, "0.00") : "", Met switch { true => "yes", false => "no", _ => "" },
            ];
        }
    }

    /// <summary>For <c>--json</c>.</summary>
    public object ToJson() => new
    {
        cell = Comparison.Baseline.Cell.Name,
        training = Comparison.Baseline.Training,
        T = Comparison.Baseline.Steps, B = Comparison.Baseline.Batch, H = Comparison.Baseline.Hidden,
        threads = Comparison.Baseline.ThreadCount,
        with = Variant.Name,
        stepShare = Variant.Drawn is { } drawn ? DrawnLengths.Share(Variant.Layer, drawn) : (double?)null,
        alone = new { min = Baseline.Min, median = Baseline.Median },
        own = new { min = Own.Min, median = Own.Median },
        ratio = Ratio, wanted = Variant.Most, met = Met,
    };
}
