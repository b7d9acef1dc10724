using RnnJit.Cli.Peers;
using RnnJit.Cli.Timing;

namespace RnnJit.Cli.Benchmarks.Builds;

/// <summary>Times of one case in one repeat: this build, the same build once more as a control, and the other build.</summary>
internal sealed record BuildTimes(RunTimes Own, RunTimes Control, RunTimes Other)
{
    /// <summary>The other build's fastest run against ours; below 1 where ours is slower.</summary>
    public double Best => Other.Min / Own.Min;

    /// <inheritdoc cref="Best"/>
    public double Median => Other.Median / Own.Median;

    /// <summary>The control's fastest run divided by ours: the noise between equal builds.</summary>
    public double ControlBest => Control.Min / Own.Min;

    /// <inheritdoc cref="ControlBest"/>
    public double ControlMedian => Control.Median / Own.Median;
}

/// <summary>Which build failed at a case, and the clause that says why.</summary>
internal sealed class BuildFailure(bool own, string why) : Exception(why)
{
    public bool Own { get; } = own;
}

/// <summary>Three processes that take turns: this build, the same once more, and the other build.</summary>
internal sealed class BuildTurns : IDisposable
{
    // Threads of the process before spin for a moment yet.
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(10);

    private readonly List<PeerProcess> processes = [];
    private readonly CoreRotation cores;

    /// <param name="start">Starts this build (true) or the other one.</param>
    public BuildTurns(Func<bool, PeerProcess> start, int threads)
    {
        cores = new CoreRotation(threads);
        try
        {
            foreach (bool own in (bool[])[true, true, false])
                Guard(own, () => processes.Add(start(own)));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <exception cref="BuildFailure">A build refuses the layer or ended.</exception>
    public BuildTimes Run(string line, MeasurementBudget budget, CancellationToken interrupted)
    {
        for (int p = 0; p < processes.Count; p++)
            Guard(IsOwn(p), () => processes[p].Do(line));
        var times = processes.Select(_ => new List<double>()).ToArray();
        for (int turn = 0; turn < budget.Turns; turn++)
        {
            cores.Turn(turn, processes.Select(process => process.Id));
            for (int i = 0; i < processes.Count; i++)
            {
                interrupted.ThrowIfCancellationRequested();

                // Another one begins in each turn.
                int p = (turn + i) % processes.Count;
                Thread.Sleep(Breath);
                Guard(IsOwn(p), () => times[p].AddRange(processes[p].Time(budget.Seconds)));
            }
        }

        return new BuildTimes(new RunTimes(times[0]), new RunTimes(times[1]), new RunTimes(times[2]));
    }

    public void Dispose()
    {
        foreach (PeerProcess process in processes)
            process.Dispose();
        cores.Dispose();
    }

    private static bool IsOwn(int process) => process < 2;

    private static void Guard(bool own, Action action)
    {
        try
        {
            action();
        }
        catch (PeerException e)
        {
            throw new BuildFailure(own, e.Message);
        }
    }
}
