using RnnJit.Cli.Layers;
using RnnJit.Cli.Timing;
using RnnJit.Cli.Limits;
using RnnJit.Runtime;

namespace RnnJit.Cli.Benchmarks.Comparisons;

/// <summary>Comparisons measured in one run, each with its layers in turns.</summary>
internal sealed class ComparisonRun(IReadOnlyList<Comparison> comparisons, MeasurementBudget budget, int[] threads, TextWriter progress,
    CancellationToken interrupted)
{
    private readonly List<ComparisonRow> rows = [];
    private readonly List<MachineLimits> machines = [];

    public IReadOnlyList<ComparisonRow> Rows => rows;

    public IReadOnlyList<MachineLimits> Machines => machines;

    public void Run()
    {
        var meter = new BenchProgress(progress,
            [.. threads.SelectMany(count => comparisons.Select(comparison => Work(comparison.With(count))))], interrupted);
        foreach (int count in threads)
        {
            MachineLimits machine = MachineLimits.Measure(count, budget.Seconds);
            machines.Add(machine);
            foreach (Comparison comparison in comparisons.Select(comparison => comparison.With(count)))
            {
                meter.Next(
                    $"{comparison.Baseline.Title} and with {string.Join(", ", comparison.Variants.Select(variant => variant.Name))}, "
                        + $"{LayerReport.Threads(machine)}",
                    Work(comparison));
                Add(comparison);
            }
        }
    }

    private void Add(Comparison comparison)
    {
        var layers = new List<(Executable Executable, bool Training)>();
        try
        {
            layers.Add((LayerBuilder.Bind(comparison.Baseline), comparison.Baseline.Training));
            foreach (Variant variant in comparison.Variants)
                layers.Add((variant.Drawn is { } drawn ? DrawnLengths.Bind(variant.Layer, drawn) : LayerBuilder.Bind(variant.Layer),
                    variant.Layer.Training));
            RunTimes[] times =
                OwnTurns.Run(layers, comparison.Baseline.ThreadCount, budget.Turns, budget.Seconds, budget.WarmUp, interrupted);
            rows.AddRange(comparison.Variants.Select((variant, v) => new ComparisonRow(comparison, variant, times[0], times[v + 1])));
        }
        finally
        {
            foreach (var (executable, _) in layers)
                executable.Dispose();
        }
    }

    private double Work(Comparison comparison) =>
        comparison.Variants.Select(variant => variant.Layer).Prepend(comparison.Baseline).Sum(layer => budget.Work(layer, tools: 1));
}
