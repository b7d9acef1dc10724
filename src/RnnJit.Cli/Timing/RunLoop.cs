using System.Diagnostics;
using System.Runtime;
using System.Runtime.CompilerServices;
using RnnJit.Cli.Benchmarks;
using RnnJit.Ir;
using RnnJit.Runtime;

namespace RnnJit.Cli.Timing;

/// <summary>
/// Runs a layer over and over. Between runs there is a timestamp, and in training a note that each weight changed, as after an optimiser's
/// step, so that it is packed again; nothing is allocated.
/// </summary>
internal sealed class RunLoop
{
    /// <summary>The most runs of one measurement.</summary>
    public const int Capacity = 1 << 16;

    /// <summary>.NET compiles a method anew 0.1 s after its 30th call at the earliest, once more from what it then saw, and later
    /// while it is busy with others.</summary>
    public const double WarmUpSeconds = 0.25;

    private const double MostWarmUps = 20, Slices = 4;
    private const int WarmUpRuns = 30, LeastWarmUpRuns = 3;

    private readonly Action run;
    private readonly Tensor[] changed;
    private readonly long[] stamps = new long[Capacity + 1];

    /// <param name="training">Whether weights change after every run.</param>
    public RunLoop(Executable executable, bool training)
    {
        run = executable.Run;
        changed = training ? executable.Program.Inputs.Where(port => port.Role == PortRole.Parameter)
            .Select(port => executable.Input(port.Name)).ToArray() : [];
    }

    /// <param name="run">What is timed.</param>
    public RunLoop(Action run) => (this.run, changed) = (run, []);

    /// <summary>Runs of the last measurement.</summary>
    public int Count { get; private set; }

    /// <summary>Seconds of a run of the last measurement.</summary>
    public double this[int run] => (stamps[run + 1] - stamps[run]) / (double)Stopwatch.Frequency;

    /// <summary>Seconds of all runs of the last measurement, in their order.</summary>
    public double[] Times => Enumerable.Range(0, Count).Select(run => this[run]).ToArray();

    /// <summary>Runs until .NET has compiled nothing anew for that long, and 30 times; at most twenty times as long,
    /// but three runs in any case.</summary>
    /// <param name="seconds">0.25 or more for full speed.</param>
    public void WarmUp(double seconds = WarmUpSeconds)
    {
        long start = Stopwatch.GetTimestamp(), quiet = start, compiled = 0;
        for (int runs = 0; ;)
        {
            Run(seconds / Slices);
            runs += Count;
            if (JitInfo.GetCompiledMethodCount() is var count && count != compiled)
                (compiled, quiet) = (count, Stopwatch.GetTimestamp());
            bool settled = runs >= WarmUpRuns && Stopwatch.GetElapsedTime(quiet).TotalSeconds >= seconds;
            if (runs >= LeastWarmUpRuns && (settled || Stopwatch.GetElapsedTime(start).TotalSeconds > MostWarmUps * seconds))
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
                Change(weight);
            run();
            now = Stopwatch.GetTimestamp();
            stamps[++runs] = now;
        }

        Count = runs;
    }

    // A span to write counts as a change.
    private static void Change(Tensor weight)
    {
        if (weight.Element == ElementType.F64)
            weight.Write<double>();
        else
            weight.Write<float>();
    }
}
