using System.Globalization;
using System.Text.Json.Serialization;
using RnnJit.Cli.Benchmarks;

namespace RnnJit.Cli.Timing;

/// <summary>Times of runs, in seconds.</summary>
internal sealed class RunTimes
{
    private readonly double[] sorted;

    /// <param name="seconds">At least one.</param>
    public RunTimes(IEnumerable<double> seconds) => sorted = [.. seconds.Order()];

    public double Min => sorted[0];

    public double Median => sorted[sorted.Length / 2];

    /// <summary>19 of 20 runs are no slower.</summary>
    public double P95 => sorted[sorted.Length * 95 / 100];

    public int Runs => sorted.Length;

    [JsonIgnore]
    public IReadOnlyList<double> Sorted => sorted;

    /// <summary>For people.</summary>
    /// <param name="flops">Floating-point operations of one run.</param>
    public string Describe(double flops) => string.Create(CultureInfo.InvariantCulture,
        $"min {Min * 1e3:0.000} ms, median {Median * 1e3:0.000} ms, p95 {P95 * 1e3:0.000} ms of {Runs} runs, {flops / Min / 1e9:0.0} "
            + $"GFLOP/s");
}
