using System.Diagnostics;
using System.Globalization;
using RnnJit.Cli.Layers;
using RnnJit.Cli.Timing;
using RnnJit.Ir;
using RnnJit.Runtime;

namespace RnnJit.Cli.Benchmarks;

/// <summary>One layer measured on a device other than the CPU, from the call of a run to its status words, outputs on the device.</summary>
/// <param name="Compile">Seconds from the cell to a Program that can run, the compilation of its
/// kernels and the first run included.</param>
/// <param name="Flops">Of the products of one run.</param>
/// <param name="ArenaBytes">Bytes of the arena, allocated once.</param>
internal sealed record DeviceRun(LayerRequest Request, double Compile, double Flops, long ArenaBytes, RunTimes Times)
{
    private const int LeastRuns = 5;

    /// <param name="seconds">Duration of the measurement.</param>
    public static DeviceRun Of(LayerRequest request, double seconds)
    {
        long start = Stopwatch.GetTimestamp();
        using Executable executable = LayerBuilder.Bind(request);

        // An update writes weights on the device, so in training too none of them is copied to it between runs.
        var loop = new RunLoop(executable, training: false);
        loop.Run(0);
        double compile = Stopwatch.GetElapsedTime(start).TotalSeconds;
        loop.WarmUp(Math.Min(RunLoop.WarmUpSeconds, seconds));
        loop.Run(seconds, LeastRuns);
        return new DeviceRun(request, compile, executable.Plan.Sum(line => line.Flops * line.Times), executable.ArenaBytes,
            new RunTimes(loop.Times));
    }

    /// <summary>For <c>--json</c>.</summary>
    public object ToJson() => new
    {
        cell = Request.Cell.Name,
        training = Request.Training,
        sizes = new { T = Request.Steps, B = Request.Batch, I = Request.Inputs ?? Request.Hidden, H = Request.Hidden },
        device = Request.Device.ToString(),
        precision = Request.Precision.ToString().ToLowerInvariant(),
        without = Request.Without,
        compile = Compile,
        gflop = Flops / 1e9,
        arenaBytes = ArenaBytes,
        min = Times.Min,
        median = Times.Median,
        p95 = Times.P95,
        gflops = Flops / Times.Min / 1e9,
        seconds = Times.Sorted,
    };

    public void Print(TextWriter to)
    {
        to.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"compiled and run once in {Compile * 1e3:0} ms; arena {ArenaBytes:N0} bytes"));
        to.WriteLine($"RnnJit {Request.Cell.Name}{Request.Unusual}: {Times.Describe(Flops)}");
    }
}
