using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Passes;

/// <summary>
/// Σ over time of a view of x ⇒ the view of Σ over time of x, and Σ over time of a + b ⇒ Σ over time of a + Σ over time of b, so that what makes the terms adds to the sums itself.
/// </summary>
internal static class SumsOverTime
{
    public static Graph Run(Graph graph)
    {
        while (graph.Nodes.Any(node => node.Op is ScanOp scan && Composed(scan).Any()))
        {
            var rebuild = new Rebuild(graph);
            graph = rebuild.Run((node, operands) => node.Op is ScanOp scan && Composed(scan).Any() ? Outside(rebuild.Builder, scan, operands) : null);
        }

        return graph;
    }

    // The outputs that are sums of a view, or of a sum of two terms of their own shape.
    private static IEnumerable<int> Composed(ScanOp scan) => Enumerable.Range(0, scan.Body.Outputs.Count).Where(o => scan.Body.Outputs[o].Role == OutputRole.Sum && Maker(scan, o) is { } maker
        && (maker.Op is SliceOp or ReshapeOp or TransposeOp || (maker.Op is AddOp && maker.Operands.All(operand => scan.Body.Values.Type(operand) == maker.Results[0]))));

    private static Node? Maker(ScanOp scan, int output) =>
        scan.Body.Values.Node(scan.Body.Outputs[output].Value) is int maker and >= 0 ? scan.Body.Nodes[maker] : null;

    private static Value[] Outside(GraphBuilder builder, ScanOp scan, Value[] operands)
    {
        Graph body = scan.Body;
        var composed = new HashSet<int>(Composed(scan));
        var outputs = new List<Output>();
        int Position(Output output)
        {
            int same = output.Role == OutputRole.Sum ? outputs.FindIndex(other => other.Role == OutputRole.Sum && other.Value == output.Value) : -1;
            string name = output.Name;
            while (same < 0 && outputs.Any(other => other.Name == name))
                name += "_";
            if (same < 0)
                outputs.Add(output with { Name = name });
            return same < 0 ? outputs.Count - 1 : same;
        }

        int[][] positions = Enumerable.Range(0, body.Outputs.Count).Select(o => composed.Contains(o)
            ? Maker(scan, o)!.Operands.Select(term => Position(body.Outputs[o] with { Value = term })).ToArray()
            : [Position(body.Outputs[o])]).ToArray();
        var step = new Graph(body.Kind, body.Name, body.Inputs, body.Nodes, outputs.ToEquatable()) { LocalNames = body.LocalNames };
        Value[] results = builder.AddMany(new ScanOp(step, scan.Time, scan.Reverse, scan.HasLengths), operands);
        return positions.Select((terms, o) => composed.Contains(o) ? builder.Add(Maker(scan, o)!.Op, terms.Select(term => results[term]).ToArray()) : results[terms[0]]).ToArray();
    }
}
