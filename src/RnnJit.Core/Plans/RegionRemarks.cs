using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Planning;

namespace RnnJit.Plans;

/// <summary>Remarks on one region: merged products, fused kernels, and the reasons against merging or fusing others.</summary>
internal sealed class RegionRemarks
{
    // Products of a long step share their weights with hundreds of others.
    private const int MostNamed = 16;

    private readonly string region;
    private readonly Graph graph;
    private readonly ScheduledOp[] ops;
    private readonly int[] scheduledAt;
    private readonly RowRemarks rows;

    public RegionRemarks(string region, Graph graph, bool fuse)
    {
        this.region = region;
        this.graph = graph;
        OpSchedule schedule = Fuse.Run(graph, fuse);
        ops = schedule.Ops.ToArray();
        rows = new RowRemarks(schedule);
        scheduledAt = Enumerable.Repeat(-1, graph.Values.Count).ToArray();
        for (int s = 0; s < ops.Length; s++)
        {
            foreach (int value in ops[s] is ScheduledKernel kernel ? kernel.Outputs : NodesOf(ops[s]).SelectMany(Results))
                scheduledAt[value] = s;
        }
    }

    public static string Name(Graph graph, int node)
    {
        Node product = graph.Nodes[node];
        return $"{ValueName(graph, graph.Values.FirstResult(node))}: {product.Results[0]} = "
            + $"{string.Join(" · ", product.Operands.Select(operand => ValueName(graph, operand)))}";
    }

    public IEnumerable<string> Sentences() => Products().Concat(Kernels());

    public static string ValueName(Graph graph, int value)
    {
        if (value < graph.Inputs.Count)
            return graph.Inputs[value].Name;
        return graph.LocalNames.TryGetValue(value, out string? name) ? name
            : graph.Nodes[graph.Values.Node(value)] is { Op: ConcatOp } concat
                ? $"[{string.Join(" ", concat.Operands.Select(part => ValueName(graph, part)))}]"
            : "%" + (value - graph.Inputs.Count);
    }

    private IEnumerable<int> Results(int node) => Enumerable.Range(graph.Values.FirstResult(node), graph.Nodes[node].Results.Count);

    // The nodes of a scheduled op; the last one names it.
    private static int[] NodesOf(ScheduledOp scheduled) => scheduled switch
    {
        ScheduledMatMul product => [product.Node, product.Product],
        ScheduledNode op => [op.Node],
        _ => [],
    };

    private IEnumerable<string> Products()
    {
        int[] products = Enumerable.Range(0, graph.Nodes.Count).Where(n => graph.Nodes[n].Op is ContractOp).ToArray();
        foreach (int n in products)
        {
            ConcatOp? wide = graph.Nodes[n].Operands.Select(Maker).OfType<ConcatOp>().FirstOrDefault();
            int parts = graph.Nodes[n].Operands.Select(operand => graph.Values.Node(operand))
                .Where(maker => maker >= 0 && graph.Nodes[maker].Op == wide)
                .Select(maker => graph.Nodes[maker].Operands.Count).FirstOrDefault();
            int[] sharing =
                products.Where(other => other != n && graph.Nodes[other].Operands.Intersect(graph.Nodes[n].Operands).Any()).ToArray();
            string merged = wide is null ? "" : $" is {parts} products merged";
            string apart = sharing.Length == 0
                ? "no other product here shares an operand with it"
                : string.Join("; ", sharing.Take(MostNamed)
                    .Select(other => $"not merged with {ValueName(graph, graph.Values.FirstResult(other))}, {Apart(n, other)}"))
                    + (sharing.Length > MostNamed ? $"; nor with {sharing.Length - MostNamed} others" : "");
            string start = ops.OfType<ScheduledMatMul>()
                .FirstOrDefault(product => product.Product == n) is { } sum ? $"; its chains start from {ValueName(graph, sum.Start)}" : "";
            yield return $"{region}: product {Name(graph, n)}"
                + $"{(wide is null ? $": {apart}" : merged + (sharing.Length == 0 ? "" : $"; {apart}"))}{start}{rows.Of(n)}.";
        }
    }

    private Op? Maker(int value) => graph.Values.Node(value) is int maker and >= 0 ? graph.Nodes[maker].Op : null;

    private string Apart(int a, int b) => Reaches(Math.Min(a, b),
        Math.Max(a, b)) ? "for one needs the result of the other" : "for their other dimensions, or the labels they sum over, differ";

    private bool Reaches(int from, int to)
    {
        var reached = new HashSet<int> { from };
        for (int n = from + 1; n <= to; n++)
        {
            if (graph.Nodes[n].Operands.Any(operand => reached.Contains(graph.Values.Node(operand))))
                reached.Add(n);
        }

        return reached.Contains(to);
    }

    private IEnumerable<string> Kernels()
    {
        for (int s = 0; s < ops.Length; s++)
        {
            if (ops[s] is not ScheduledKernel kernel)
                continue;
            int[] before = kernel.Inputs.Select(input => scheduledAt[input]).Where(maker => maker >= 0 && ops[maker] is ScheduledKernel)
                .Distinct().OrderBy(maker => maker).ToArray();
            string why = string.Join("; ",
                before.Select(maker => $"not fused with op {maker + 1}, {Why((ScheduledKernel)ops[maker], kernel, maker, s)}"));
            string full = kernel.IsFull
                ? $"; no more work fits into it, for a kernel has at most {Fuse.MostOperations} operations and {Fuse.MostInputs} inputs"
                : "";
            yield return $"{region}, scheduled op {s + 1}: {Quantity.Of(kernel.Nodes, "node")} fused over {Domain(kernel)}{full}"
                + $"{(why.Length == 0 ? "" : "; " + why)}{rows.Of(kernel)}.";
        }
    }

    private string Why(ScheduledKernel a, ScheduledKernel b, int first, int second)
    {
        if (a.Rows != b.Rows || a.Columns != b.Columns)
            return $"which runs over {Domain(a)}";
        ScheduledOp? between = Enumerable.Range(first + 1, second - first - 1).Select(s => ops[s])
            .FirstOrDefault(one => NodesOf(one).Any(node => Feeds(first, node)) && NodesOf(one).Any(node => ReadBy(node, b)));
        return between is null
            ? a.IsFull || b.IsFull ? "for one of the two is full" : "for others need its results too"
            : $"for '{graph.Nodes[NodesOf(between).Last()].Op.Name}' stands between";
    }

    private bool Feeds(int at, int node) =>
        graph.Nodes[node].Operands.Any(operand => scheduledAt[operand] == at
            || (Maker(operand) is { } op && op.Family == OpFamily.View && Feeds(at, graph.Values.Node(operand))));

    private bool ReadBy(int node, ScheduledKernel kernel)
    {
        int value = graph.Values.FirstResult(node);
        return kernel.Inputs.Any(input => input == value
            || (Maker(input) is { } op && op.Family == OpFamily.View && graph.Nodes[graph.Values.Node(input)].Operands.Contains(value)));
    }

    private static string Domain(ScheduledKernel kernel) => $"[{string.Join(", ", kernel.Rows.Append(kernel.Columns))}]";
}
