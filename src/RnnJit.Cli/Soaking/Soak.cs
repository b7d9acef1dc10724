using System.Diagnostics;

namespace RnnJit.Cli.Soaking;

/// <summary>Runs works in turns and takes samples of memory between rounds.</summary>
/// <param name="work">Each with its name; the argument is the number of the round.</param>
internal sealed class Soak(IReadOnlyList<(string Name, Action<int> Run)> work, TextWriter progress, CancellationToken interrupted)
{
    /// <summary>The part of the time that caches fill in and .NET compiles anew in; no samples are taken.</summary>
    private const double WarmUpShare = 0.2;

    private const int Samples = 120;

    /// <summary>Runs for a time.</summary>
    /// <param name="report">Between two lines of progress.</param>
    public SoakResult Run(TimeSpan time, TimeSpan report)
    {
        long start = Stopwatch.GetTimestamp();
        TimeSpan next = time * WarmUpShare, said = TimeSpan.Zero;
        return Run(
            Samples,
            round =>
            {
                TimeSpan now = Stopwatch.GetElapsedTime(start);
                if (now - said >= report)
                {
                    said = now;
                    progress.WriteLine(
                        FormattableString.Invariant($"{now.TotalMinutes:0.0} of {time.TotalMinutes:0.0} minutes, {round} rounds"));
                }

                if (now < next)
                    return false;
                next = now + (time * (1 - WarmUpShare) / Samples);
                return true;
            },
            _ => Stopwatch.GetElapsedTime(start) < time);
    }

    /// <summary>Runs for some rounds, with a sample after each that follows the warm-up.</summary>
    public SoakResult Run(int warmUp, int rounds) => Run(rounds, round => round > warmUp, round => round < warmUp + rounds);

    /// <param name="most">Samples, at most; room for them is made beforehand, so that they are no growth themselves.</param>
    /// <exception cref="OperationCanceledException">The command was interrupted.</exception>
    private SoakResult Run(int most, Predicate<int> isSample, Predicate<int> goesOn)
    {
        using var probe = new MemoryProbe();
        var samples = new List<MemorySample>(most + 1);
        int round = 0;
        do
        {
            foreach (var (_, run) in work)
            {
                interrupted.ThrowIfCancellationRequested();
                run(round);
            }

            round++;
            if (isSample(round))
                samples.Add(probe.Take());
        }
        while (goesOn(round));
        if (samples.Count == 0)
            samples.Add(probe.Take());
        return new SoakResult(round, samples);
    }
}
