using RnnJit.Ir;
using RnnJit.Cli.Limits;
using RnnJit.Runtime;

namespace RnnJit.Cli.Benchmarks;

/// <summary>
/// The least time that a machine needs for the products of a layer: for each, the larger one of its arithmetic at the FMA
/// peak and of reading its weights, as often as a run does, from the fastest cache that holds the weights of its loop.
/// Everything elementwise counts nothing.
/// </summary>
internal sealed class LayerLimit
{
    private readonly IReadOnlyList<PlanLine> plan;
    private readonly ExecutableOptions options;

    public LayerLimit(Executable executable) => (plan, options) = (executable.Plan, executable.Options);

    /// <summary>On a machine that can do so much.</summary>
    public double Seconds(MachineLimits limits)
    {
        bool isDouble = options.Precision == ElementType.F64;
        double peak = isDouble ? limits.DoubleFlops : limits.SingleFlops;
        double rows = (double)options.Sizes["B"] * options.Sizes.GetValueOrDefault("T", 1),
            weightBytes = isDouble ? 8 : options.Weights == WeightStorage.Single ? 4 : 2;

        // A product with a weight [N, K] is 2 · N · K FLOPs for each row of each step, in however many pieces.
        double Weights(PlanLine line) => line.Flops * line.Times / (2 * rows) * weightBytes;
        double seconds = 0;
        foreach (PlanLine[] loop in Loops(plan))
        {
            double bytes = loop.Sum(Weights), perByte = bytes > 0 ? limits.SecondsToRead(bytes) / bytes : 0;
            seconds += loop.Sum(line => Math.Max(line.Flops * line.Times / peak, Weights(line) * line.Times * perByte));
        }

        return seconds;
    }

    // Products of one loop run again and again, so their weights want to lie in one cache; each other product is alone.
    private static IEnumerable<PlanLine[]> Loops(IEnumerable<PlanLine> plan)
    {
        var loop = new List<PlanLine>();
        foreach (PlanLine line in plan)
        {
            if (line.Depth == 0)
            {
                yield return [.. loop];
                loop.Clear();
            }

            if (line.Flops > 0)
                loop.Add(line);
        }

        yield return [.. loop];
    }
}
