using System.Globalization;
using RnnJit.Cli.Benchmarks;
using RnnJit.Cli.Layers;
using RnnJit.Cli.Timing;
using RnnJit.Runtime;

namespace RnnJit.Cli.Peers;

/// <summary>A tool's times and how far its results are from ours.</summary>
internal sealed record PeerTimes(string Tool, RunTimes Times, PeerDifference Difference);

/// <summary>A layer of ours and the peers' in turns, so that what else the machine does hits all alike.</summary>
internal sealed record PeerTurns(RunTimes Own, IReadOnlyList<PeerTimes> Peers, IReadOnlyList<(string Tool, string Why)> Without)
{
    // Threads of the tool before spin for a moment yet.
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(20);

    /// <summary>The fastest peer.</summary>
    public PeerTimes? Best => Peers.MinBy(peer => peer.Times.Min);

    /// <summary>True if every peer's results are within tolerance of ours.</summary>
    public bool Agree => Peers.All(peer => peer.Difference.IsWithin);

    /// <param name="loop">Ours, warmed up.</param>
    /// <param name="seconds">For each tool and turn.</param>
    public static PeerTurns Run(PeerGroup group, LayerRequest request, Executable executable, RunLoop loop, int turns, double seconds,
        CancellationToken interrupted = default)
    {
        var (layers, without) = group.Make(request, executable);
        var own = new List<double>();
        var theirs = layers.Select(_ => new List<double>()).ToArray();
        var failed = new Dictionary<PeerLayer, string>();
        using var cores = new CoreRotation(request.ThreadCount);
        for (int turn = 0; turn < turns; turn++)
        {
            interrupted.ThrowIfCancellationRequested();
            cores.Turn(turn, layers.Select(layer => layer.Process.Id));
            Thread.Sleep(Breath);
            loop.Run(seconds);
            own.AddRange(loop.Times);
            for (int p = 0; p < layers.Count; p++)
            {
                Thread.Sleep(Breath);
                try
                {
                    if (!failed.ContainsKey(layers[p]))
                        theirs[p].AddRange(layers[p].Process.Time(seconds));
                }
                catch (PeerException e)
                {
                    failed[layers[p]] = e.Message;
                }
            }
        }

        return new PeerTurns(
            new RunTimes(own),
            [.. layers.Select((layer, p) => (layer, p)).Where(pair => !failed.ContainsKey(pair.layer))
                .Select(pair => new PeerTimes(pair.layer.Process.Tool, new RunTimes(theirs[pair.p]), pair.layer.Difference))],
            [.. without, .. failed.Select(pair => (pair.Key.Process.Tool, pair.Value))]);
    }

    public void Print(TextWriter to, double flops)
    {
        foreach (PeerTimes peer in Peers)
        {
            to.WriteLine($"{peer.Tool}: {peer.Times.Describe(flops)}");
            to.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  {peer.Times.Min / Own.Min:0.00} × ours (minima), {peer.Times.Median / Own.Median:0.00} × "
                    + $"(medians); {(peer.Difference.IsWithin ? "" : "WRONG: ")}{peer.Difference}"));
        }

        foreach (var (tool, why) in Without)
            to.WriteLine($"{tool}: skipped, {why}");
    }

    /// <summary>For <c>--json</c>.</summary>
    public object[] ToJson() =>
    [
        .. Peers.Select(peer => (object)new
        {
            tool = peer.Tool,
            min = peer.Times.Min,
            median = peer.Times.Median,
            p95 = peer.Times.P95,
            ratio = peer.Times.Min / Own.Min,
            difference = peer.Difference,
            seconds = peer.Times.Sorted,
        }),
        .. Without.Select(pair => (object)new { tool = pair.Tool, missing = pair.Why }),
    ];
}
