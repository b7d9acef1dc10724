using RnnJit.Cli.Layers;
using RnnJit.Cli.Timing;

namespace RnnJit.Cli.Benchmarks;

/// <summary>The time that measuring a layer may take: turns, seconds of each, and warm-up.</summary>
/// <param name="Turns">Turns of all tools.</param>
/// <param name="Seconds">For each tool and turn.</param>
/// <param name="WarmUp">Seconds before the first turn.</param>
internal sealed record MeasurementBudget(int Turns, double Seconds, double WarmUp)
{
    // FLOP/s of a middling machine, to weigh layers against each other.
    private const double Speed = 5e10;
    private const int RunsAtLeast = 4;

    /// <summary>For figures: many short turns, for what else a shared core does lasts for seconds and should meet all tools.</summary>
    public static MeasurementBudget Full { get; } = new(12, 0.1, RunLoop.WarmUpSeconds);

    /// <summary>For targets: layers that run for a quarter of a second and more have one run a turn, and few of them are
    /// undisturbed.</summary>
    public static MeasurementBudget Thorough { get; } = new(24, 0.1, RunLoop.WarmUpSeconds);

    /// <summary>For ratios of layers of ours, which differ by a few percent.</summary>
    public static MeasurementBudget Long { get; } = new(30, 0.1, RunLoop.WarmUpSeconds);

    /// <summary>For two builds: many short turns of three processes.</summary>
    public static MeasurementBudget Builds { get; } = new(12, 0.05, RunLoop.WarmUpSeconds);

    public static MeasurementBudget Quick { get; } = new(2, 0.06, RunLoop.WarmUpSeconds);

    /// <summary>About how many seconds a layer takes to measure, with so many tools.</summary>
    public double Work(LayerRequest request, int tools)
    {
        double run = 8.0 * request.Steps * request.Batch * request.Hidden * (request.Hidden + (request.Inputs ?? request.Hidden))
            * (request.Training ? 3 : 1) / Speed / request.ThreadCount;
        return WarmUp + (RunsAtLeast * run) + (Turns * Math.Max(Seconds, run) * tools);
    }
}
