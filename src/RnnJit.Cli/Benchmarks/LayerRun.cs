using System.Diagnostics;
using RnnJit.Charts;
using RnnJit.Cli.Layers;
using RnnJit.Cli.Peers;
using RnnJit.Cli.Timing;
using RnnJit.Cli.Limits;
using RnnJit.Runtime;

namespace RnnJit.Cli.Benchmarks;

/// <summary>One layer measured, with its peers where they are wanted.</summary>
/// <param name="Bits">Vectors that peers are held to; 0: as they like.</param>
internal sealed record LayerRun(LayerReport Report, PeerTurns? Peers, int Bits)
{
    private const int LeastRuns = 5, Turns = 4;

    /// <param name="seconds">Seconds for which each tool is measured.</param>
    /// <param name="bits">Vectors that peers are held to; 0: as they like.</param>
    public static LayerRun Of(LayerRequest request, double seconds, bool withPeers, int bits, CancellationToken interrupted)
    {
        long start = Stopwatch.GetTimestamp();
        using Executable executable = LayerBuilder.Bind(request);
        double compile = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var loop = new RunLoop(executable, request.Training);
        loop.WarmUp(Math.Min(RunLoop.WarmUpSeconds, seconds));
        MachineLimits machine = MachineLimits.Measure(request.Threads, Math.Clamp(seconds / 20, 0.002, 0.1));
        if (withPeers)
        {
            using var group = new PeerGroup(request.ThreadCount, bits);
            PeerTurns turns = PeerTurns.Run(group, request, executable, loop, Turns, seconds / Turns, interrupted);
            return new LayerRun(LayerReport.Of(request, executable, compile, turns.Own, machine),
                turns with { Without = [.. group.Missing, .. turns.Without] }, bits);
        }

        loop.Run(seconds, LeastRuns);
        return new LayerRun(LayerReport.Of(request, executable, compile, new RunTimes(loop.Times), machine), null, bits);
    }

    /// <summary>Notes on conditions of the peers that differ from ours (weight storage, vector width); empty without peers.</summary>
    public IReadOnlyList<string> Notes => Peers is null ? [] : PeerNotes.Of([(Report.Request, Peers)], Bits);

    /// <summary>For <c>--json</c>.</summary>
    public object ToJson() => Report.ToJson(Peers?.ToJson(), Notes);

    public void Print(TextWriter to)
    {
        Report.Print(to);
        Peers?.Print(to, Report.Flops);
        foreach (string note in Notes)
            to.WriteLine(note);
    }

    /// <summary>The fastest run of each tool beside the limit.</summary>
    public BarChart ToChart()
    {
        var bars = new List<(string Name, double Seconds)> { ("limit", Report.Limit), ("RnnJit", Report.Times.Min) };
        bars.AddRange((Peers?.Peers ?? []).Select(peer => (peer.Tool, peer.Times.Min)));
        var chart = new BarChart([.. bars.Select(bar => bar.Name)])
        {
            Title = $"{Report.Request.Title}, {LayerReport.Threads(Report.Machine)}",
            YLabel = "milliseconds"
        };
        chart.Add("fastest run", [.. bars.Select(bar => bar.Seconds * 1e3)]);
        return chart;
    }
}
