using System.CommandLine;
using System.Globalization;
using RnnJit.Cli.Layers;
using RnnJit.Cli.Timing;
using RnnJit.Runtime;

namespace RnnJit.Cli.Benchmarks;

/// <summary>
/// Milliseconds of a batch padded, every row T steps long, and of the same layer with a length for each row. Steps is the mean length over
/// T.
/// </summary>
internal sealed record LengthTime(
    string Lengths, double Steps, double Padded, double PaddedMedian, double Own, double OwnMedian, bool Ordered)
{
    public double Ratio => OwnMedian / PaddedMedian;
}

/// <summary>Times a layer without lengths and with them, in turns.</summary>
internal sealed class LengthTimes(LayerRequest request, double seconds, CancellationToken interrupted)
{
    private const int Turns = 6;

    public static Option<string?> Flag() => CommonOptions.Optional("--lengths",
        "Time the layer with lengths beside the padded batch: uniform (1 to T, from a fixed seed), full (all rows T), or a number of "
            + "steps for all rows",
        "uniform, full or a number of steps");

    /// <exception cref="UsageException">The lengths are none of those.</exception>
    public LengthTime Run(string lengths)
    {
        double share = DrawnLengths.Share(request, lengths);
        using Executable padded = LayerBuilder.Bind(request), own = DrawnLengths.Bind(request, lengths);
        RunTimes[] times = OwnTurns.Run(
            [(padded, request.Training), (own, request.Training)], request.ThreadCount, Turns, seconds / (2 * Turns),
            Math.Min(RunLoop.WarmUpSeconds, seconds), interrupted);
        bool ordered = own.Plan.Any(line => line.Text.StartsWith("sort", StringComparison.Ordinal));
        return new LengthTime(
            lengths, share, times[0].Min * 1e3, times[0].Median * 1e3, times[1].Min * 1e3, times[1].Median * 1e3, ordered);
    }

    public static void Print(TextWriter to, LengthTime time)
    {
        to.WriteLine("milliseconds                 min    median");
        to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{"padded",-20}{time.Padded,12:0.000}{time.PaddedMedian,10:0.000}"));
        to.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"{"lengths " + time.Lengths,-20}{time.Own,12:0.000}{time.OwnMedian,10:0.000}"));
        to.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{time.Ratio:0.00} x of the padded time (medians; minima {time.Own / time.Padded:0.00} x) for {time.Steps:0.00} of the "
                + $"steps, {(time.Ordered ? "rows ordered" : "rows as they stand")}"));
    }
}
