using System.Diagnostics;
using System.Runtime.CompilerServices;
using RnnJit.Ir;
using RnnJit.Runtime;

namespace RnnJit.Cli.Benchmarks;

/// <summary>
/// Runs a layer over and over. Between runs there is a timestamp, and in training a note that each weight changed, as after an optimiser's step, so that it is packed again; nothing is allocated.
/// </summary>
internal sealed class RunLoop
{
    /// <summary>The most runs of one measurement.</summary>
    public const int Capacity = 1 << 16;

    /// <summary>.NET compiles a method anew some 0.1 s after its 30th call, and once more from what it then saw.</summary>
    public const double WarmUpSeconds = 0.4;

    private const double MostWarmUps = 8, Slices = 4;
    private const int WarmUpRuns = 30, LeastWarmUpRuns = 3;
    private const double Stable = 0.99;

    private readonly Executable executable;
    private readonly Tensor[] changed;
    private readonly long[] stamps = new long[Capacity + 1];

    /// <param name="training">Whether weights change after every run.</param>
    public RunLoop(Executable executable, bool training)
    {
        this.executable = executable;
        changed = training ? executable.Program.Inputs.Where(port => port.Role == PortRole.Parameter).Select(port => executable.Input(port.Name)).ToArray() : [];
    }

    /// <summary>Runs of the last measurement.</summary>
    public int Count { get; private set; }

    /// <summary>Seconds of a run of the last measurement.</summary>
    public double this[int run] => (stamps[run + 1] - stamps[run]) / (double)Stopwatch.Frequency;

    /// <summary>Seconds of all runs of the last measurement, in their order.</summary>
    public double[] Times => Enumerable.Range(0, Count).Select(run => this[run]).ToArray();

    /// <summary>Runs until the fastest run is no longer getting faster: at least that long and 30 runs, at most eight times as long, but three runs in any case.</summary>
    /// <param name="seconds">0.4 or more for full speed.</param>
    public void WarmUp(double seconds = WarmUpSeconds)
    {
        long start = Stopwatch.GetTimestamp();
        double best = double.MaxValue;
        for (int runs = 0; ; runs += Count)
        {
            Run(seconds / Slices);
            double fastest = Times.Min(), elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
            bool stable = fastest > Stable * best;
            best = Math.Min(best, fastest);
            if (runs + Count >= LeastWarmUpRuns && (elapsed > MostWarmUps * seconds || (stable && elapsed > seconds && runs + Count >= WarmUpRuns)))
                return;
        }
    }

    /// <summary>As many runs as fit into a time, at least <paramref name="least"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(double seconds, int least = 1)
    {
        long now = Stopwatch.GetTimestamp(), end = now + (long)(seconds * Stopwatch.Frequency);
        stamps[0] = now;
        int runs = 0;
        while (runs < Capacity && (now < end || runs < least))
        {
            foreach (Tensor weight in changed)
                weight.Touch();
            executable.Run();
            now = Stopwatch.GetTimestamp();
            stamps[++runs] = now;
        }

        Count = runs;
    }
}
