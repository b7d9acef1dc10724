using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Passes;
using RnnJit.Planning;

namespace RnnJit.Plans;

/// <summary>Results of the passes and, where one did nothing, the reason; one sentence each. Loops that are interpreted are left
/// out.</summary>
public static class Remarks
{
    /// <param name="program">Before the passes.</param>
    /// <param name="without">Passes that are switched off.</param>
    /// <param name="loopDepth">Deepest nesting of loops that the target plans (<see cref="TargetTraits.LoopDepth"/>).</param>
    public static IReadOnlyList<string> Of(
        Graph program, IReadOnlyCollection<string>? without = null, int loopDepth = TargetTraits.UsualLoopDepth)
    {
        var stages = new Dictionary<string, Graph>(StringComparer.Ordinal);
        Graph optimised = Pipeline.Run(program, without, (name, graph) => stages[name] = graph);
        bool fuse = without?.Contains(Fuse.Name) != true;
        var remarks = new List<string>();
        if (LengthRemark(optimised, fuse) is { } lengths)
            remarks.Add(lengths);
        remarks.AddRange(new RegionRemarks("Program", optimised, fuse).Sentences());
        remarks.AddRange(Loops("Loop ", optimised, fuse, loopDepth));

        if (stages.TryGetValue(Rematerialize.Name, out Graph? kept) && stages.TryGetValue("simplify-2", out Graph? before))
            remarks.AddRange(Recomputed(before, kept));
        return remarks;
    }

    // Remark on the order of rows with lengths and on the ops that run on live rows only.
    private static string? LengthRemark(Graph optimised, bool fuse)
    {
        if (!optimised.Nodes.Any(node => node.Op is ScanOp { HasLengths: true } or BlockLengthsOp))
            return null;

        OpSchedule schedule = Fuse.Run(optimised, fuse);
        var ends = new PaddingAnalysis(schedule);
        int[] active = Enumerable.Range(0, optimised.Nodes.Count).Where(n => ends.Of(n) is not null).ToArray();
        string order = SortByLength.By(optimised) is { } name
            ? $"Rows are ordered by '{name}', the longest first, so that those of a step are the first ones"
            : "Rows with lengths stand as they are given (the order was switched off, or rows of the batch are named by number or stand "
                + "beside each other)";
        string products =
            string.Join("; ", active.Where(n => optimised.Nodes[n].Op is ContractOp).Select(n => RegionRemarks.Name(optimised, n)));
        int sums = active.Count(n => optimised.Nodes[n].Op is SumOp),
            tables = active.Count(n => optimised.Nodes[n].Op is GatherOp or ScatterOp);
        int kernels = schedule.Ops.OfType<ScheduledKernel>().Count(kernel => ends.Of(kernel) is not null);
        return $"{order}; on rows that run only: {(products.Length == 0 ? "no product over all steps" : products)}"
            + $"{Count(kernels, "kernel")}{Count(sums, "sum")}{Count(tables, "table look-up")}.";
    }

    private static string Count(int count, string what) => count == 0 ? "" : $"; {Quantity.Of(count, what)} over all steps";

    private static IEnumerable<string> Loops(string prefix, Graph graph, bool fuse, int loopDepth, int depth = 0)
    {
        int loop = 0;
        var zeros = new PaddingZeros(graph);
        foreach (Node node in graph.Nodes)
        {
            if (node.Op is not ScanOp scan)
                continue;
            string number = $"{prefix}{++loop}", name = $"{number}{(scan.Reverse ? " (backwards)" : "")}";
            if (LoopLegality.Of(scan, depth, loopDepth).Interpreted is not null)
                continue;
            foreach (string sentence in scan.HasLoops ? [
                $"{name} goes over blocks of time: what no state reaches stays within a block, so that a block's values are all that is "
                    + "held."]
                    : LoopProducts(name, scan))
                yield return sentence;
            if (!scan.HasLoops && scan.States > 0)
                yield return Linearity(name, scan);
            foreach (string sentence in new RegionRemarks(name, scan.Body, fuse).Sentences())
                yield return sentence;
            if (!scan.HasLengths && node.Operands.Take(scan.Sequences).Any(sequence => zeros[sequence] is not null) && AddsRows(scan))
                yield return $"{name} is done for all rows at every step: a step adds up rows of the batch, so lengths are a mask that it "
                    + "reads.";
            if (scan.Body.Outputs.Any(output => output.Role == OutputRole.Yield))
                yield return $"{name} hands on, of every step: {Yields(scan)}.";
            foreach (string sentence in Loops(number + ".", scan.Body, fuse, loopDepth, depth + 1))
                yield return sentence;
        }
    }

    private static string Linearity(string name, ScanOp scan) => LinearRecurrence.WhyNot(scan) is { } obstacle
        ? $"{name} is not linear in its state, so time runs from one end to the other: {obstacle}."
        : $"{name} is linear in its state, so chunks of time could run side by side (--parallel-time).";

    // Whether a step makes something of several rows of the batch.
    private static bool AddsRows(ScanOp scan) => scan.Body.Nodes.Any(node => node.Op is SumOp { Axes: { Count: > 0 } axes } && axes[0] == 0
        && scan.Body.Values.Type(node.Operands[0]).Dims is { Count: > 0 } dims && scan.Body.Inputs.Any(
            port => port.Role is PortRole.State or PortRole.Sequence && port.Type.Rank > 0 && port.Type.Dims[0] == dims[0]));

    private static IEnumerable<ScanOp> Scans(Graph graph) => graph.Nodes.Select(node => node.Op).OfType<ScanOp>();

    private static string Yields(ScanOp scan) => string.Join(", ", scan.Body.Outputs.Where(output => output.Role == OutputRole.Yield)
        .Select(output => $"{output.Name}: {scan.Body.Values.Type(output.Value)}"));

    // Remarks on products that depend on a state and so cannot be hoisted.
    private static IEnumerable<string> LoopProducts(string name, ScanOp scan)
    {
        StepClass[] classes = StepClasses.Of(scan.Body);
        for (int n = 0; n < scan.Body.Nodes.Count; n++)
        {
            if (scan.Body.Nodes[n].Op is not ContractOp)
                continue;
            string product = RegionRemarks.Name(scan.Body, n);
            yield return classes[scan.Body.Values.FirstResult(n)] == StepClass.State
                ? $"{name}: product {product} was not hoisted: it reads {string.Join(" and ", States(scan.Body, n))} of the step before."
                : $"{name}: product {product} was not hoisted although no state reaches it (HoistAndSink was switched off, "
                    + "or its operands have the batch twice).";
        }
    }

    private static IEnumerable<string> States(Graph body, int node)
    {
        var open = new Stack<int>(body.Nodes[node].Operands);
        var seen = new HashSet<int>();
        var states = new SortedSet<int>();
        while (open.Count > 0)
        {
            int value = open.Pop();
            if (!seen.Add(value))
                continue;
            if (value < body.Inputs.Count)
            {
                if (body.Inputs[value].Role == PortRole.State)
                    states.Add(value);
                continue;
            }

            foreach (int operand in body.Nodes[body.Values.Node(value)].Operands)
                open.Push(operand);
        }

        return states.Select(state => $"state {body.Inputs[state].Name}");
    }

    // Remarks on Rematerialize: the values that each loop now stores, and the number of values that it no longer computes.
    private static IEnumerable<string> Recomputed(Graph before, Graph kept)
    {
        ScanOp[] old = Scans(before).ToArray(), now = Scans(kept).ToArray();
        for (int s = 0; s < Math.Min(old.Length, now.Length); s++)
        {
            int yields = now[s].Yields - old[s].Yields, nodes = old[s].Body.Nodes.Count - now[s].Body.Nodes.Count;
            if (yields > 0)
                yield return $"Rematerialize: loop {s + 1} stores {Quantity.Of(yields, "more value")} of every step, because reading them "
                    + "costs less than computing them again.";
            if (nodes > 0)
                yield return $"Rematerialize: loop {s + 1} computes {Quantity.Of(nodes, "value")} less, because an earlier loop stored "
                    + $"what they give; the other {now[s].Body.Nodes.Count} are its own or cheaper to repeat than to read.";
        }
    }
}
