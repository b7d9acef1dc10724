using System.Diagnostics;
using System.Globalization;
using RnnJit.Cli.Layers;
using RnnJit.Cli.Timing;
using RnnJit.Ir;
using RnnJit.Cli.Limits;
using RnnJit.Runtime;

namespace RnnJit.Cli.Benchmarks;

/// <summary>The time of one line of the plan within a run.</summary>
/// <param name="Times">Number of executions in a run.</param>
/// <param name="Kind">products, kernels or the rest.</param>
/// <param name="Flops">Arithmetic of all of these times, products only.</param>
/// <param name="Min">Milliseconds of all of these times, in the run where they were fewest.</param>
/// <param name="Median">Milliseconds, over all runs.</param>
internal sealed record LineTime(int Depth, string Text, int Times, string Kind, double Flops, double Min, double Median);

/// <summary>The time of a layer's run, divided among the lines of its plan.</summary>
/// <param name="Min">Milliseconds of a run without notes of time, the fastest one.</param>
/// <param name="Median">Milliseconds of a run without notes of time.</param>
/// <param name="ProfiledMedian">Milliseconds of a run with notes of time.</param>
/// <param name="Device">The device on which the layer ran.</param>
/// <param name="Peak">FLOP/s of the machine in the layer's precision; 0 on a device, whose peak is not measured.</param>
/// <param name="Machine">Limits of the CPU; null on a device.</param>
internal sealed record LayerProfile(
    IReadOnlyList<LineTime> Lines, double Min, double Median, double ProfiledMedian, string Device, double Peak, MachineLimits? Machine);

/// <summary>Times each line of a layer's plan, in turns with the same layer that notes nothing.</summary>
internal sealed class ProfileTimes(LayerRequest request, double seconds, CancellationToken interrupted)
{
    private const int Turns = 6;

    private static readonly string[] Kinds = ["products", "kernels", "the rest"];

    public LayerProfile Run()
    {
        BoundLayer layer = LayerBuilder.Run(request);
        using Executable profiled = layer.ToExecutable(layer.Options with { Profile = true }), plain = layer.ToExecutable();
        bool onCpu = request.Device == Device.Cpu;
        var loop = new RunLoop(profiled, request.Training && onCpu);
        var plainLoop = new RunLoop(plain, request.Training && onCpu);
        double warmUp = Math.Min(RunLoop.WarmUpSeconds, seconds);
        loop.WarmUp(warmUp);
        plainLoop.WarmUp(warmUp);
        MachineLimits? machine = !onCpu ? null : MachineLimits.Measure(request.Threads, Math.Clamp(seconds / 20, 0.002, 0.1));

        var lines = new List<IReadOnlyList<double>>();
        List<double> own = [], without = [];
        using CoreRotation? cores = onCpu ? new CoreRotation(request.ThreadCount) : null;
        for (int turn = 0; turn < Turns; turn++)
        {
            cores?.Turn(turn, []);
            interrupted.ThrowIfCancellationRequested();
            plainLoop.Run(seconds / (2 * Turns));
            without.AddRange(plainLoop.Times);
            long start = Stopwatch.GetTimestamp();
            do
            {
                loop.Run(0);
                own.Add(loop[0]);
                lines.Add(profiled.PlanSeconds);
            }
            while (Stopwatch.GetElapsedTime(start).TotalSeconds < seconds / (2 * Turns));
        }

        var plainTimes = new RunTimes(without);
        return new LayerProfile(
            [.. profiled.Plan.Select((line, l) => Of(line, new RunTimes(lines.Select(run => run[l]))))], plainTimes.Min * 1e3,
            plainTimes.Median * 1e3, new RunTimes(own).Median * 1e3,
            request.Device.ToString(), (request.Precision == ElementType.F64 ? machine?.DoubleFlops : machine?.SingleFlops) ?? 0, machine);
    }

    public static void Print(TextWriter to, LayerProfile profile)
    {
        var table = new TextTable("min ms", "median", "%", "times", "GFLOP/s", "of peak", "what");
        double all = profile.Lines.Sum(line => line.Median);
        foreach (LineTime line in profile.Lines)
        {
            double speed = line.Flops / line.Min / 1e6;
            string[] products = line.Flops > 0
                && line.Min > 0 ? [Text($"{speed:0.0}"), profile.Peak > 0 ? Text($"{100e9 * speed / profile.Peak:0}") : ""] : ["", ""];
            table.Add([Text($"{line.Min:0.000}"), Text($"{line.Median:0.000}"), Text($"{100 * line.Median / all:0.0}"),
                Text($"{line.Times}"), .. products, new string(' ', 4 * line.Depth) + line.Text]);
        }

        table.Print(to, markdown: false);
        to.WriteLine();
        to.WriteLine(string.Join(", ", Kinds.Select(kind => Text(
            $"{kind} {100 * profile.Lines.Where(line => line.Kind == kind).Sum(line => line.Median) / all:0.0} %"))) + " of the medians");
        string whose = profile.Machine is null
            ? $"times lie between events in the queue of {profile.Device}, launches that it waits for included"
            : "times are those of the thread with the most rows, waiting for others included";
        to.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"a run: min {profile.Min:0.000} ms, median {profile.Median:0.000} ms without these notes, {profile.ProfiledMedian:0.000} ms "
                + $"with them; {whose}"));
        if (profile.Machine is { } machine)
            to.WriteLine(LayerReport.Describe(machine));
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static LineTime Of(PlanLine line, RunTimes times)
    {
        string kind = line.Provider.Length > 0 ? Kinds[1] : line.Flops > 0 ? Kinds[0] : Kinds[2];
        return new LineTime(line.Depth, line.Text, line.Times, kind, line.Flops * line.Times, times.Min * 1e3, times.Median * 1e3);
    }
}
