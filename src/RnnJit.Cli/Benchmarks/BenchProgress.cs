using System.Diagnostics;
using System.Globalization;

namespace RnnJit.Cli.Benchmarks;

/// <summary>Says on standard error which of many measurements runs, and how long the rest will take, judged by the work done so
/// far.</summary>
internal sealed class BenchProgress(TextWriter to, IReadOnlyCollection<double> work, CancellationToken interrupted)
{
    private readonly double whole = work.Sum();
    private readonly long start = Stopwatch.GetTimestamp();
    private double done;
    private int count;

    /// <exception cref="OperationCanceledException">The command was interrupted.</exception>
    public void Next(string what, double weight)
    {
        interrupted.ThrowIfCancellationRequested();
        double left = count == 0 ? 0 : Stopwatch.GetElapsedTime(start).TotalSeconds / done * (whole - done);
        to.WriteLine($"{++count} of {work.Count}: {what}{(left > 0 ? $", about {Text(left)} left" : "")}");
        done += weight;
    }

    private static string Text(double seconds) => seconds < 90
        ? string.Create(CultureInfo.InvariantCulture, $"{seconds:0} s")
        : string.Create(CultureInfo.InvariantCulture, $"{seconds / 60:0} min");
}
