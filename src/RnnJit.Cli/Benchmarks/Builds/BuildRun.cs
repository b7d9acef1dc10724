using RnnJit.Cli.Peers;

namespace RnnJit.Cli.Benchmarks.Builds;

/// <summary>Measures all cases with two builds in turns, several times with fresh processes.</summary>
/// <param name="start">Starts this build (true) or the other one for a number of threads.</param>
internal sealed class BuildRun(
    IReadOnlyList<BuildCase> cases, Func<bool, int, PeerProcess> start, MeasurementBudget budget, int repeats, TextWriter progress,
    CancellationToken interrupted)
{
    private readonly Dictionary<BuildCase, List<BuildTimes>> times = cases.ToDictionary(one => one, _ => new List<BuildTimes>());
    private readonly Dictionary<BuildCase, BuildFailure> failures = [];

    public int Repeats => repeats;

    public IReadOnlyList<BuildRow> Rows =>
        [.. cases.Select(one => new BuildRow(one, times[one], Why(one), failures.TryGetValue(one, out var failure) && failure.Own))];

    /// <exception cref="BuildFailure">A build does not start.</exception>
    public void Run()
    {
        var meter = new BenchProgress(progress,
            [.. Enumerable.Repeat(cases.Select(one => one.Work(budget)), repeats).SelectMany(work => work)], interrupted);
        using var cell = new ExampleCell();
        for (int repeat = 0; repeat < repeats; repeat++)
        {
            foreach (var group in cases.GroupBy(one => one.Threads))
                Measure([.. group], repeat, meter, cell.Path);
        }
    }

    // A process that ended fails only its case: the next case starts new processes.
    private void Measure(IReadOnlyList<BuildCase> group, int repeat, BenchProgress meter, string cell)
    {
        BuildTurns? turns = null;
        try
        {
            foreach (BuildCase one in group)
            {
                meter.Next($"{one.Title}, {one.Threads} thread{(one.Threads == 1 ? "" : "s")}, repeat {repeat + 1} of {repeats}",
                    one.Work(budget));
                if (failures.ContainsKey(one))
                    continue;
                turns ??= new BuildTurns(own => start(own, one.Threads), one.Threads);
                try
                {
                    times[one].Add(turns.Run(one.Line(cell), budget, interrupted));
                }
                catch (BuildFailure failure)
                {
                    failures[one] = failure;
                    turns.Dispose();
                    turns = null;
                }
            }
        }
        finally
        {
            turns?.Dispose();
        }
    }

    private string? Why(BuildCase one) =>
        failures.TryGetValue(one, out var failure) ? $"{(failure.Own ? "this" : "the other")} build: {failure.Message}" : null;
}
