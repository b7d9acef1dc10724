using System.Globalization;

namespace RnnJit.Cli.Benchmarks.Builds;

/// <summary>One case in all repeats.</summary>
/// <param name="Repeats">Its times in each repeat in which all processes ran it.</param>
/// <param name="NotMeasured">Why a repeat has none; null where all have.</param>
/// <param name="OwnFailed">Whether it was this build that failed.</param>
internal sealed record BuildRow(BuildCase Case, IReadOnlyList<BuildTimes> Repeats, string? NotMeasured, bool OwnFailed)
{
    /// <summary>The least ratio that counts as no slower.</summary>
    public const double Bound = 0.95;

    public static IReadOnlyList<string> Heads { get; } = ["layer", "threads", "ms", "other ms", "ratio", "of medians", "control",
        "of medians", "below 0.95"];

    public bool Measured => NotMeasured is null;

    /// <summary>The geometric mean over repeats of the other's fastest run against ours.</summary>
    public double Best => Mean(times => times.Best);

    /// <summary>Of medians.</summary>
    public double Median => Mean(times => times.Median);

    /// <summary>The same for the control.</summary>
    public double ControlBest => Mean(times => times.ControlBest);

    /// <inheritdoc cref="ControlBest"/>
    public double ControlMedian => Mean(times => times.ControlMedian);

    /// <summary>In how many repeats ours was slower than the bound allows, by fastest runs.</summary>
    public int Below => Repeats.Count(times => times.Best < Bound);

    /// <summary>In how many repeats the control was.</summary>
    public int ControlBelow => Repeats.Count(times => times.ControlBest < Bound);

    /// <summary>For a table.</summary>
    public IReadOnlyList<string> Cells =>
    [
        Case.Title, Number(Case.Threads, "0"), Number(Repeats.Min(times => times.Own.Min) * 1e3, "0.0000"),
        Number(Repeats.Min(times => times.Other.Min) * 1e3, "0.0000"),
        Number(Best, "0.000"), Number(Median, "0.000"), Number(ControlBest, "0.000"), Number(ControlMedian, "0.000"),
        FormattableString.Invariant($"{Below} of {Repeats.Count}"),
    ];

    /// <summary>For <c>--json</c>.</summary>
    public object ToJson() => new
    {
        layer = Case.Title,
        threads = Case.Threads,
        line = Case.Line(ExampleCell.Name + ".cs"),
        notMeasured = NotMeasured,
        ratio = Measured ? Best : (double?)null,
        ratioOfMedians = Measured ? Median : (double?)null,
        control = Measured ? ControlBest : (double?)null,
        controlOfMedians = Measured ? ControlMedian : (double?)null,
        below = Below,
        repeats = Repeats.Select(times => new
        {
            own = new { min = times.Own.Min, median = times.Own.Median },
            control = new { min = times.Control.Min, median = times.Control.Median },
            other = new { min = times.Other.Min, median = times.Other.Median },
            ratio = times.Best,
            ratioOfMedians = times.Median,
        }),
    };

    /// <summary>exp of the mean of logarithms.</summary>
    public static double GeometricMean(IEnumerable<double> ratios) => Math.Exp(ratios.Average(Math.Log));

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private double Mean(Func<BuildTimes, double> of) => GeometricMean(Repeats.Select(of));
}
