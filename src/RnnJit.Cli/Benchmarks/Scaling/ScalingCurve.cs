using System.Globalization;
using RnnJit.Charts;

namespace RnnJit.Cli.Benchmarks.Scaling;

/// <summary>The time of a layer as a function of one of its sizes.</summary>
/// <param name="Seconds">The fastest run at each size of the sweep.</param>
/// <param name="Steps">The time steps of each.</param>
internal sealed record ScalingCurve(Sweep Sweep, bool Training, int Threads, double[] Seconds, int[] Steps)
{
    // Less is noise.
    private const double Slower = 1.02;

    public string Name => $"{(Training ? "training" : "forward")}, {Threads} thread{(Threads == 1 ? "" : "s")}";

    /// <summary>The fastest run at each size, for one time step.</summary>
    public double[] StepSeconds => [.. Seconds.Zip(Steps, (seconds, steps) => seconds / steps)];

    /// <summary>True if this curve is of the same sweep, also forward or training, and of more threads.</summary>
    public bool HasMoreThreadsThan(ScalingCurve other) => Sweep == other.Sweep && Training == other.Training && Threads > other.Threads;

    /// <summary>The places of sizes that look like cliffs beside these curves.</summary>
    public IEnumerable<int> Doubtful(IEnumerable<ScalingCurve> curves)
    {
        ScalingCurve[] fewer = [.. curves.Where(HasMoreThreadsThan)];
        return Enumerable.Range(0, Seconds.Length).Where(i => IsAboveNext(i) || fewer.Any(curve => IsAbove(curve, i)));
    }

    /// <summary>Takes another measurement of a size; the faster one stands.</summary>
    public void Take(int i, double seconds) => Seconds[i] = Math.Min(seconds, Seconds[i]);

    private bool IsAboveNext(int i) => i + 1 < Seconds.Length && Seconds[i] > Slower * Seconds[i + 1];

    private bool IsAbove(ScalingCurve fewer, int i) => Seconds[i] > Slower * fewer.Seconds[i];

    /// <summary>A sentence for each size that costs more than the next larger one.</summary>
    public IEnumerable<string> Cliffs()
    {
        for (int i = 0; i + 1 < Seconds.Length; i++)
        {
            if (IsAboveNext(i))
                yield return string.Create(CultureInfo.InvariantCulture,
                    $"Cliff: {Sweep.Symbol} {Sweep.Sizes[i]} takes {Seconds[i] * 1e3:0.000} ms, {Sweep.Symbol} {Sweep.Sizes[i + 1]} takes "
                        + $"{Seconds[i + 1] * 1e3:0.000} ms ({Name}; {Sweep.Name})");
        }
    }

    /// <summary>A sentence for each size at which more threads cost more time than fewer.</summary>
    public IEnumerable<string> Cliffs(ScalingCurve fewer)
    {
        for (int i = 0; i < Seconds.Length; i++)
        {
            if (IsAbove(fewer, i))
                yield return string.Create(CultureInfo.InvariantCulture,
                    $"Cliff: {Threads} threads take {Seconds[i] * 1e3:0.000} ms at {Sweep.Symbol} {Sweep.Sizes[i]}, {fewer.Threads} takes "
                        + $"{fewer.Seconds[i] * 1e3:0.000} ms ({(Training ? "training" : "forward")}; {Sweep.Name})");
        }
    }

    /// <summary>Curves of one sweep: microseconds a step.</summary>
    public static LineChart Chart(string cell, IReadOnlyList<ScalingCurve> curves)
    {
        var chart = new LineChart
        {
            Title = $"{cell}: cost of a time step",
            XLabel = curves[0].Sweep.Name,
            YLabel = "microseconds a step",
            LogX = true,
            LogY = true,
            Markers = true
        };
        foreach (ScalingCurve curve in curves)
            chart.Add(curve.Name, [.. curve.Sweep.Sizes.Select(size => (double)size)],
                [.. curve.StepSeconds.Select(seconds => seconds * 1e6)]);
        return chart;
    }
}
