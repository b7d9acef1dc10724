using System.Diagnostics;
using System.Globalization;
using RnnJit.Gallery;

namespace RnnJit.Cli.Gallery;

/// <summary>
/// Says on standard error every few seconds what a long run does, and how long the rest will take, judged by the time so far.
/// </summary>
internal sealed class GalleryProgressLines(TextWriter to, string system)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly long start = Stopwatch.GetTimestamp();
    private TimeSpan said;

    /// <summary>Takes progress; a run that ends within the interval says nothing.</summary>
    public void Update(GalleryProgress progress) => Update(progress, Stopwatch.GetElapsedTime(start));

    /// <param name="elapsed">Since the beginning of the run.</param>
    internal void Update(GalleryProgress progress, TimeSpan elapsed)
    {
        if (elapsed - said < Interval)
            return;
        said = elapsed;
        string left = progress.Done > 0 ? $", about {Text(elapsed * ((1 - progress.Done) / progress.Done))} left" : "";
        to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{system}: {progress.What}, {100 * progress.Done:0} %{left}"));
    }

    private static string Text(TimeSpan left) => left.TotalSeconds < 90
        ? string.Create(CultureInfo.InvariantCulture, $"{left.TotalSeconds:0} s")
        : string.Create(CultureInfo.InvariantCulture, $"{left.TotalMinutes:0} min");
}
