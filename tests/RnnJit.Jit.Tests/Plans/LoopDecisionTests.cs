using RnnJit.Cells;
using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Jit.Tests.Contracts;
using RnnJit.Jit.Tests.RandomPrograms;
using RnnJit.Ops;
using RnnJit.Plans;
using RnnJit.Runtime;
using RnnJit.Text;

namespace RnnJit.Jit.Tests.Plans;

/// <summary>Row independence that the graph of a loop states holds for the commands it becomes, and in numbers.</summary>
public class LoopDecisionTests
{
    private const int Programs = 2000, Evaluated = 300;

    // Each extent is another one, so that rows are known by theirs.
    private static readonly Dictionary<string,
        int> Apart = new() { ["T"] = 5, ["B"] = 11, ["H"] = 4, ["X"] = 3, ["P"] = 7, ["S"] = 2, ["R"] = 2, ["V"] = 13 };

    private static IEnumerable<Type> Cells => CellProgram.Types;

    [Test]
    public void Loops_of_every_cell([ValueSource(nameof(Cells))] Type type, [Values] bool lengths, [Values] bool backward)
    {
        var cell = new CellProgram(CellTracer.Trace(type), lengths, Reverse: lengths, Backward: backward);
        Plan plan = Executable.PlanOf(cell.Build(), new ExecutableOptions { Sizes = cell.Sizes(steps: 701, batch: 53) });
        Assert.That(Wrong(plan), Is.Empty);
        Assert.That(plan.AllCommands.OfType<ScanCommand>(), Is.Not.Empty);
        Assert.That(plan.AllCommands.OfType<ScanCommand>().Select(loop => loop.IsRowIndependent), Has.All.True);
    }

    [Test]
    public void Loops_of_random_programs()
    {
        var wrong = new List<string>();
        int[] counts = new int[3];
        Parallel.For(0, Programs, seed =>
        {
            Plan plan = Executable.PlanOf(RandomGraphs.Of(seed).Program,
                new ExecutableOptions { Sizes = Apart, ChunkLimits = new ChunkLimits(256, 8) });
            lock (wrong)
            {
                wrong.AddRange(Wrong(plan).Select(sentence => $"seed {seed}: {sentence}"));
                foreach (PlanCommand command in plan.AllCommands.Where(command => command is ScanCommand or HostOpCommand { Op: ScanOp }))
                    counts[command is ScanCommand { IsRowIndependent: true } ? 0 : command is ScanCommand ? 1 : 2]++;
            }
        });
        TestContext.Out.WriteLine($"{counts[0]} loops with rows apart, {counts[1]} with rows that meet, {counts[2]} interpreted");
        Assert.That(wrong, Is.Empty);
        Assert.That(counts, Has.All.GreaterThan(20));
    }

    // Another number in one row of all that a step is given changes no other row of what it gives.
    [Test]
    public void Rows_apart_are_apart_in_numbers()
    {
        var wrong = new List<string>();
        int evaluated = 0;
        for (int seed = 0; seed < Evaluated; seed++)
        {
            foreach (ScanOp scan in RandomGraphs.Of(seed).Program.Nodes.Select(node => node.Op).OfType<ScanOp>()
                .Where(scan => RowIndependence.Of(scan).Holds))
            {
                evaluated++;
                if (Meets(scan, seed))
                    wrong.Add($"seed {seed}:\n{scan.Body}");
            }
        }

        Assert.That(wrong, Is.Empty);
        Assert.That(evaluated, Is.GreaterThan(100));
    }

    // A negative control: the same search finds rows that meet.
    [Test]
    public void Rows_that_meet_are_seen_in_numbers()
    {
        var scan = (ScanOp)Parser.Parse(Runtime.GatherInLoopTests.Rows).Nodes[0].Op;
        Assert.That(RowIndependence.Of(scan).Holds, Is.False);
        Assert.That(Meets(scan, seed: 0), Is.True);
    }

    // A negative control: a loop whose rows are said to be apart and whose commands cannot be done by row is no plan.
    [Test]
    public void A_plan_whose_commands_do_not_take_rows_is_refused()
    {
        var sizes = new Dictionary<string, int> { ["T"] = 5, ["B"] = 9, ["H"] = 4 };
        Plan plan = Executable.PlanOf(Parser.Parse(Runtime.GatherInLoopTests.Rows), new ExecutableOptions { Sizes = sizes });
        ScanCommand loop = plan.Commands.OfType<ScanCommand>().Single();
        Assert.That(() => PlanRows.Check([loop]), Throws.Nothing);
        KernelCommand kernel = loop.Body.OfType<KernelCommand>().Single();
        Assert.That(() => PlanRows.Check([loop with { IsRowIndependent = true, Body = [kernel] }]), Throws.Nothing);
        Assert.That(() => PlanRows.Check([loop with { IsRowIndependent = true, Body = [kernel with { RowShape = [4] }] }]),
            Throws.InvalidOperationException.With.Message.Contains("cannot be done for some of 9 rows"));
    }

    // Commands do not show whose rows a gather or a scatter reads by number.
    private static IEnumerable<string> Wrong(Plan plan) => plan.AllCommands.OfType<ScanCommand>()
        .Where(scan => scan.IsRowIndependent != scan.Body.All(command => command is not (ScatterCommand or GatherCommand)
            ? PlanRows.TakesRows(command, scan.Batch)
            : command is GatherCommand gather && gather.Table.Shape[0] != scan.Batch))
        .Select(scan => $"rows apart by the graph: {scan.IsRowIndependent}, by the commands: {!scan.IsRowIndependent}\n{scan.Scan.Body}");

    private static bool Meets(ScanOp scan, int seed)
    {
        const int changed = 4;
        Graph body = scan.Body;
        string batch = RowIndependence.BatchOf(scan)!.AsSymbol!;
        var random = new Random(seed);
        Dictionary<string, NdArray> before = body.Inputs.ToDictionary(port => port.Name, Draw), after = [];
        foreach (Port port in body.Inputs)
        {
            NdArray x = new(before[port.Name].Shape, [.. before[port.Name].Data]);
            int width = x.Length / Math.Max(x.Shape.FirstOrDefault(1), 1);
            bool rows = port.Role is PortRole.Sequence or PortRole.State && port.Type.Rank > 0 && port.Type.Dims[0].AsSymbol == batch;
            for (int e = changed * width; rows && e < (changed + 1) * width; e++)
                x.Data[e] = port.Type.IsReal ? x.Data[e] + 1 : (x.Data[e] + 1) % 2;
            after[port.Name] = x;
        }

        Dictionary<string, NdArray> was = Interpreter.Run(body, before, Apart), now = Interpreter.Run(body, after, Apart);
        return body.Outputs.Where(output => output.Role != OutputRole.Sum).Any(output =>
        {
            int width = was[output.Name].Length / Apart[batch];
            return was[output.Name].Data.Where((value, e) => e / width != changed && value != now[output.Name].Data[e]).Any();
        });

        NdArray Draw(Port port)
        {
            var x = new NdArray([.. port.Type.Dims.Select(dim => dim.Evaluate(Apart))]);
            for (int e = 0; e < x.Length; e++)
                x.Data[e] = port.Type.IsReal ? random.NextDouble() - 0.5 : e % 2 == 0 ? changed : 1;
            return x;
        }
    }
}
