using System.Globalization;

namespace RnnJit.Cli.Benchmarks.DeepBench;

/// <summary>A kernel measured, over all its steps or over the first ones.</summary>
internal sealed record DeepBenchRow(DeepBenchKernel Kernel, PeerComparison PeerComparison)
{
    /// <summary>True where fewer steps than the kernel's were timed; <see cref="Seconds"/> is then extrapolated in proportion.</summary>
    public bool IsSampled => PeerComparison.Request.Steps < Kernel.Steps;

    /// <summary>Seconds of all steps.</summary>
    public double Seconds => PeerComparison.Own.Min / PeerComparison.Request.Steps * Kernel.Steps;

    public double Gflops => PeerComparison.Flops / PeerComparison.Own.Min / 1e9;

    public IReadOnlyList<string> Cells
    {
        get
        {
            string Number(double value, string format) => double.IsNaN(value) ? "" : value.ToString(format, CultureInfo.InvariantCulture);
            return
            [
                Kernel.Set, Kernel.Cell, Number(Kernel.Hidden, "0"), Number(Kernel.Batch, "0"), Number(Kernel.Steps, "0"),
                (IsSampled ? "≈ " : "") + Number(Seconds * 1e3, "0.000"),
                Number(Seconds / Kernel.Steps * 1e6, "0.0"), Number(Gflops, "0.0"), Number(100 * PeerComparison.Share, "0"),
                PeerComparison.Turns.Best?.Tool ?? "", Number(PeerComparison.Ratio, "0.00"),
            ];
        }
    }

    /// <summary>For <c>--json</c>.</summary>
    public object ToJson() => new
    {
        set = Kernel.Set,
        cell = Kernel.Cell,
        hidden = Kernel.Hidden,
        batch = Kernel.Batch,
        steps = Kernel.Steps,
        sampled = IsSampled,
        seconds = Seconds,
        measured = PeerComparison.ToJson()
    };
}
