using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Jit.Tests.Contracts;
using RnnJit.Jit.Tests.RandomPrograms;
using RnnJit.Ops;
using RnnJit.Plans;
using RnnJit.Runtime;

namespace RnnJit.Jit.Tests.Plans;

/// <summary>What the graph of a loop says of its rows is what the commands that it became say.</summary>
public class LoopDecisionTests
{
    private static IEnumerable<Type> Cells => CellProgram.Types;

    [Test]
    public void Loops_of_every_cell([ValueSource(nameof(Cells))] Type type, [Values] bool lengths, [Values] bool backward)
    {
        var cell = new CellProgram(CellTracer.Trace(type), lengths, Reverse: lengths, Backward: backward);
        Graph program = cell.Build();
        var wrong = new List<string>();
        foreach (var (steps, batch, units) in new[] { (5, 9, 0), (1, 1, 0), (64, 3, 128), (701, 16, 64) })
            Compare(Executable.PlanOf(program, new ExecutableOptions { Sizes = cell.Sizes(steps, batch, units == 0 ? null : units) }), $"T{steps} B{batch} H{units}", wrong);
        Assert.That(wrong, Is.Empty);
    }

    [Test]
    public void Loops_of_random_programs()
    {
        var wrong = new List<string>();
        int loops = 0, independent = 0, interpreted = 0;
        Parallel.For(0, 2000, seed =>
        {
            GraphCase given = RandomGraphs.Of(seed);
            Plan plan = Executable.PlanOf(given.Program, new ExecutableOptions { Sizes = given.Sizes, TileLimits = new ChunkLimits(256, 8) });
            lock (wrong)
            {
                Compare(plan, $"seed {seed}", wrong);
                foreach (PlanCommand command in plan.Commands)
                {
                    loops += command is ScanCommand ? 1 : 0;
                    independent += command is ScanCommand { IsRowIndependent: true } ? 1 : 0;
                    interpreted += command is HostOpCommand { Op: ScanOp } ? 1 : 0;
                }
            }
        });
        TestContext.Out.WriteLine($"{loops} loops, {independent} of them with independent rows, {interpreted} interpreted");
        Assert.That(wrong, Is.Empty);
        Assert.That(new[] { loops - independent, independent, interpreted }, Has.All.GreaterThan(20));
    }

    private static void Compare(Plan plan, string name, List<string> wrong) => Compare(plan.Commands, 0, name, wrong);

    private static void Compare(IEnumerable<PlanCommand> commands, int depth, string name, List<string> wrong)
    {
        foreach (PlanCommand command in commands)
        {
            if (command is HostOpCommand { Op: ScanOp left } host && LoopLegality.WhyInterpreted(left, depth) != host.Reason)
                wrong.Add($"{name}: planned by the graph, left to the host: {host.Reason}\n{left.Body}");
            if (command is not ScanCommand scan)
                continue;
            if (LoopLegality.WhyInterpreted(scan.Scan, depth) is { } reason)
                wrong.Add($"{name}: planned, by the graph not: {reason}\n{scan.Scan.Body}");
            if (RowIndependence.Of(scan.Scan).Holds != scan.IsRowIndependent)
                wrong.Add($"{name}: row independent {scan.IsRowIndependent}, by the graph {!scan.IsRowIndependent}\n{scan.Scan.Body}\n{string.Join('\n', scan.Body.Where(inner => !inner.IsByRow).Select(inner => inner.Describe))}");
            Compare(scan.Body, depth + 1, name, wrong);
        }
    }
}
