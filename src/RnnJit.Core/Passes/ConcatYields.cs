using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Passes;

/// <summary>Moves a concatenation of yields from behind a scan into its body: the loop yields the concatenation, which avoids copies in the
/// loop and after it. Readers of one part slice it.</summary>
public static class ConcatYields
{
    /// <summary>Its name among the stages.</summary>
    public const string Name = "concat-yields";

    public static Graph Run(Graph graph)
    {
        if (graph.Nodes.Any(node => node.Op is ScanOp { HasLoops: true }))
        {
            var inner = new Rebuild(graph);
            graph = inner.Run((node, operands) => node.Op is ScanOp { HasLoops: true } scan
                ? inner.Builder.AddMany(new ScanOp(Run(scan.Body), scan.Time, scan.Reverse, scan.HasLengths), operands)
                : null);
        }

        // Wider concatenations first, so that a narrower one becomes a slice of a wider one; concatenations that the body makes anyway may
        // join others.
        var wanted = Enumerable.Range(0, graph.Nodes.Count).Where(n => ScanOf(graph, n) >= 0)
            .OrderByDescending(n => graph.Nodes[n].Operands.Count).ThenBy(n => IsInBody(graph, graph.Nodes[n]))
                .ToLookup(n => ScanOf(graph, n));
        if (wanted.Count == 0)
            return graph;

        var rebuild = new Rebuild(graph);
        var side = new Dictionary<int, Value>();
        rebuild.Replace = n =>
        {
            if (ScanOf(graph, n) is int scan and >= 0)
            {
                rebuild.Get(graph.Values.FirstResult(scan));
                return side.TryGetValue(n, out Value? whole) ? [whole] : null;
            }

            if (!wanted.Contains(n))
                return null;

            var (extended, added) = Extend(graph, (ScanOp)graph.Nodes[n].Op, Widest(graph, wanted[n]));
            Value[] results = rebuild.Builder.AddMany(extended, graph.Nodes[n].Operands.Select(rebuild.Get).ToArray());
            var cut = new HashSet<int>();
            foreach (var (concat, result) in added)
            {
                side[concat] = results[result];
                Cut(rebuild.Builder, graph, graph.Nodes[concat], results[result], results, cut);
            }

            return results.Take(graph.Nodes[n].Results.Count).ToArray();
        };
        return rebuild.Run();
    }

    // Each sequence is in at most one concatenation; sequences that are in none yet may join where the body concatenates them anyway.
    private static int[] Widest(Graph graph, IEnumerable<int> concats)
    {
        var taken = new HashSet<int>();
        return concats.Where(n =>
        {
            bool free = (IsInBody(graph, graph.Nodes[n]) && !graph.Nodes[n].Operands.All(taken.Contains))
                || (!graph.Nodes[n].Operands.Any(taken.Contains)
                    && graph.Nodes[n].Operands.Distinct().Count() == graph.Nodes[n].Operands.Count);
            if (free)
                taken.UnionWith(graph.Nodes[n].Operands);
            return free;
        }).ToArray();
    }

    private static bool IsInBody(Graph graph, Node concat)
    {
        Graph body = ((ScanOp)graph.Nodes[graph.Values.Node(concat.Operands[0])].Op).Body;
        var op = new ConcatOp(((ConcatOp)concat.Op).Axis - 1);
        EquatableArray<int> parts = concat.Operands.Select(operand => body.Outputs[graph.Values.Result(operand)].Value).ToEquatable();
        return body.Nodes.Any(node => op.Equals(node.Op) && node.Operands.Equals(parts));
    }

    // Who wants a sequence alone reads its part of the whole, of the first whole where it is in several.
    private static void Cut(GraphBuilder builder, Graph graph, Node concat, Value whole, Value[] results, HashSet<int> cut)
    {
        int axis = ((ConcatOp)concat.Op).Axis;
        Dim start = 0;
        foreach (int operand in concat.Operands)
        {
            Dim length = graph.Values.Type(operand).Dims[axis];
            if (cut.Add(operand))
                results[graph.Values.Result(operand)] = builder.Add(new SliceOp(axis, start, length), whole);
            start += length;
        }
    }

    // The scan whose yields a concat puts side by side, −1 if the node is none such.
    private static int ScanOf(Graph graph, int n)
    {
        Node node = graph.Nodes[n];
        if (node.Op is not ConcatOp { Axis: > 0 } concat)
            return -1;

        int maker = graph.Values.Node(node.Operands[0]);
        bool yields = maker >= 0 && graph.Nodes[maker].Op is ScanOp { Sums: 0 } scan
            && node.Operands.All(operand => graph.Values.Node(operand) == maker && graph.Values.Result(operand) >= scan.States);
        // Behind time comes the batch: rows of a step stay the rows of the batch.
        return yields
            && (concat.Axis > 1 || (node.Results[0].Rank == 2 && graph.Nodes[maker].Op is ScanOp { HasLengths: false })) ? maker : -1;
    }

    private static (ScanOp Scan, List<(int Concat, int Result)> Added) Extend(Graph graph, ScanOp scan, int[] concats)
    {
        Graph body = scan.Body;
        var step = new GraphBuilder();
        Value[] values = step.Inline(body, step.Inputs(body));
        var outputs = body.Outputs.Select(output => (output.Name, values[output.Value], output.Role)).ToList();
        var added = new List<(int, int)>();
        foreach (int n in concats)
        {
            Value[] parts = graph.Nodes[n].Operands.Select(operand => values[body.Outputs[graph.Values.Result(operand)].Value]).ToArray();
            added.Add((n, outputs.Count));
            outputs.Add((string.Join("_", graph.Nodes[n].Operands.Select(operand => body.Outputs[graph.Values.Result(operand)].Name)),
                step.Add(new ConcatOp(((ConcatOp)graph.Nodes[n].Op).Axis - 1), parts), OutputRole.Yield));
        }

        return (new ScanOp(step.Build("body", "step", outputs), scan.Time, scan.Reverse, scan.HasLengths), added);
    }
}
