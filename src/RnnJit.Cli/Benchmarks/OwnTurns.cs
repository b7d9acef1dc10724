using RnnJit.Cli.Timing;
using RnnJit.Runtime;

namespace RnnJit.Cli.Benchmarks;

/// <summary>Layers of ours in turns, so that what else the machine does hits all alike.</summary>
internal static class OwnTurns
{
    /// <param name="layers">Bound and filled, each with whether weights change after every run; all
    /// with the same number of threads.</param>
    /// <param name="seconds">For each layer and turn.</param>
    /// <returns>The times of each layer.</returns>
    public static RunTimes[] Run(IReadOnlyList<(Executable Executable, bool Training)> layers, int threads, int turns, double seconds,
        double warmUp, CancellationToken interrupted)
    {
        RunLoop[] loops = [.. layers.Select(layer => new RunLoop(layer.Executable, layer.Training))];
        var times = loops.Select(_ => new List<double>()).ToArray();
        foreach (RunLoop loop in loops)
            loop.WarmUp(warmUp);
        using var cores = new CoreRotation(threads);
        for (int turn = 0; turn < turns; turn++)
        {
            cores.Turn(turn, []);
            for (int l = 0; l < loops.Length; l++)
            {
                interrupted.ThrowIfCancellationRequested();
                loops[l].Run(seconds);
                times[l].AddRange(loops[l].Times);
            }
        }

        return [.. times.Select(of => new RunTimes(of))];
    }
}
