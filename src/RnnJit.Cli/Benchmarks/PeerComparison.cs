using RnnJit.Cli.Layers;
using RnnJit.Cli.Peers;
using RnnJit.Cli.Timing;
using RnnJit.Cli.Limits;
using RnnJit.Runtime;

namespace RnnJit.Cli.Benchmarks;

/// <summary>A layer of ours measured, in turns with peers where there are any.</summary>
/// <param name="Flops">Of the products of one run.</param>
/// <param name="Needs">The layer's arithmetic and memory traffic, for the limit.</param>
/// <param name="Limit">Seconds that the machine needs at least.</param>
/// <param name="ArenaBytes">Bytes of the arena, allocated once.</param>
/// <param name="WeightBytes">Trained tensors, as they are stored while it runs.</param>
internal sealed record PeerComparison(LayerRequest Request, PeerTurns Turns, double Flops, LayerLimit Needs, double Limit, long ArenaBytes,
    long WeightBytes)
{
    public RunTimes Own => Turns.Own;

    /// <summary>The part of our time that the limit is.</summary>
    public double Share => Limit / Own.Min;

    /// <summary>The best peer's time against ours, by minima; NaN where there is none.</summary>
    public double Ratio => Turns.Best is { } best ? best.Times.Min / Own.Min : double.NaN;

    public static PeerComparison Run(LayerRequest request, PeerGroup peers, MachineLimits machine, MeasurementBudget budget,
        CancellationToken interrupted)
    {
        using Executable executable = LayerBuilder.Bind(request);
        var loop = new RunLoop(executable, request.Training);
        loop.WarmUp(budget.WarmUp);
        PeerTurns turns = PeerTurns.Run(peers, request, executable, loop, budget.Turns, budget.Seconds, interrupted);
        var needs = new LayerLimit(executable);
        return new PeerComparison(
            request, turns, executable.Plan.Sum(line => line.Flops * line.Times), needs, needs.Seconds(machine), executable.ArenaBytes,
            LayerReport.StoredBytes(executable));
    }

    /// <summary>The same comparison with newly measured machine limits.</summary>
    public PeerComparison Against(MachineLimits machine) => this with { Limit = Needs.Seconds(machine) };

    /// <summary>For <c>--json</c>.</summary>
    public object ToJson() => new
    {
        cell = Request.Cell.Name,
        training = Request.Training,
        T = Request.Steps, B = Request.Batch, I = Request.Inputs ?? Request.Hidden, H = Request.Hidden,
        threads = Request.ThreadCount,
        weights = Request.Weights.ToString(),
        arenaBytes = ArenaBytes,
        weightBytes = WeightBytes,
        min = Own.Min, median = Own.Median, p95 = Own.P95,
        gflops = Flops / Own.Min / 1e9,
        limit = Limit, share = Share,
        ratio = double.IsNaN(Ratio) ? (double?)null : Ratio,
        peers = Turns.ToJson(),
    };
}
