using RnnJit.Cells;
using RnnJit.Cli;
using RnnJit.Cli.Benchmarks;
using RnnJit.Cli.Layers;
using RnnJit.Cli.Limits;
using RnnJit.Cli.Peers;

namespace RnnJit.Bench.Targets;

/// <summary>All targets measured in one run: machine, layers, peers, a stream.</summary>
internal sealed class TargetRun(MeasurementBudget budget, int[] threads, int bits, string only, TextWriter progress,
    CancellationToken interrupted)
{
    private const int StreamHidden = 24;
    private const int LimitFigures = 7;
    private const double StreamSeconds = 2, QuickStreamSeconds = 0.1;

    private readonly List<TargetRow> rows = [];
    private readonly List<MachineLimits> machines = [];
    private readonly Dictionary<string, string> missing = [];

    public IReadOnlyList<TargetRow> Rows => rows;

    public IReadOnlyList<MachineLimits> Machines => machines;

    /// <summary>Tools that are not there, and why.</summary>
    public IReadOnlyDictionary<string, string> Missing => missing;

    /// <summary>Null where it was not chosen.</summary>
    public StreamTime? Stream { get; private set; }

    /// <summary>Results of peers that are not ours.</summary>
    public IEnumerable<string> Wrong => rows.SelectMany(row => row.PeerComparison.Turns.Peers.Where(peer => !peer.Difference.IsWithin)
        .Select(peer => $"{row.Layer}, {peer.Tool}: {peer.Difference}"));

    /// <summary>Notes on conditions of the peers that differ from ours (weight storage, vector width).</summary>
    public IReadOnlyList<string> Notes => PeerNotes.Of(rows.Select(row => (row.PeerComparison.Request, row.PeerComparison.Turns)), bits);

    /// <summary>The layers whose class and name hold a text.</summary>
    public static IReadOnlyList<Target> Chosen(string only) =>
        [.. Target.All.Where(target => Holds($"{target.Class} {target.Layer.Title}", only))];

    /// <exception cref="UsageException">Nothing is chosen.</exception>
    public void Run()
    {
        IReadOnlyList<Target> chosen = Chosen(only);
        bool stream = Holds("stream Lstm", only);
        if (chosen.Count == 0 && !stream)
            throw new UsageException(
                $"--only is '{only}', which no target's class or layer holds (see docs/benchmarks.md for their names, for instance: "
                    + "batch 1, training, Lstm)");

        double Work(Target target, int count) =>
            budget.Work(target.With(count), PeerTool.All.Count + 1) + (LimitFigures * budget.Seconds / 2);
        var meter =
            new BenchProgress(progress, [.. threads.SelectMany(count => chosen.Select(target => Work(target, count)))], interrupted);
        foreach (int count in threads)
        {
            MachineLimits machine = MachineLimits.Measure(count, budget.Seconds);
            int first = rows.Count;
            using var peers = new PeerGroup(count, bits);
            foreach (var (tool, why) in peers.Missing)
                missing[tool] = why;
            foreach (Target target in chosen)
            {
                LayerRequest request = target.With(count);
                meter.Next($"{request.Title}, {LayerReport.Threads(machine)}", Work(target, count));

                // Beside each layer, for what else the machine does comes and goes.
                machine = machine.Best(MachineLimits.Measure(count, budget.Seconds / 2));
                PeerComparison comparison = PeerComparison.Run(request, peers, machine, budget, interrupted);
                rows.Add(new TargetRow(target, comparison, target.MostOfLstm is null ? null : comparison.Own.Min / Lstm(request)?.Own.Min));
            }

            machines.Add(machine);
            for (int row = first; row < rows.Count; row++)
                rows[row] = rows[row] with { PeerComparison = rows[row].PeerComparison.Against(machine) };
        }

        if (stream)
            Stream = new StreamTimes(
                new LayerRequest(CellRegistry.Find(typeof(Lstm))) { Batch = 1, Inputs = 1, Hidden = StreamHidden, Threads = 1 },
                budget == MeasurementBudget.Quick ? QuickStreamSeconds : StreamSeconds).Run();
    }

    private PeerComparison? Lstm(LayerRequest request) => rows.Select(row => row.PeerComparison)
        .FirstOrDefault(comparison => comparison.Request == request with { Cell = CellRegistry.Find(typeof(Lstm)) });

    private static bool Holds(string text, string part) => text.Contains(part, StringComparison.OrdinalIgnoreCase);
}
