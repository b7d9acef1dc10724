using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Passes;

/// <summary>Values put side by side within a longer row of values are a part of that row: they are written once.</summary>
internal static class NestedConcats
{
    public static Graph Run(Graph graph)
    {
        var rebuild = new Rebuild(graph);
        rebuild.Replace = n => Wider(graph, n) is var (wide, axis, start)
            ? [rebuild.Builder.Add(new SliceOp(axis, start, graph.Nodes[n].Results[0].Dims[axis]), rebuild.Get(graph.Values.FirstResult(wide)))]
            : null;
        return rebuild.Run((node, operands) => node.Op is ScanOp scan
            ? rebuild.Builder.AddMany(new ScanOp(Run(scan.Body), scan.Time, scan.Reverse, scan.HasLengths), operands)
            : null);
    }

    // The wider row must not wait for anything behind the narrower one.
    private static (int Wide, int Axis, Dim Start)? Wider(Graph graph, int narrow)
    {
        if (graph.Nodes[narrow].Op is not ConcatOp concat || graph.Nodes[narrow].Operands.All(operand => Placement.IsWeight(graph, operand)))
            return null;

        for (int wide = 0; wide < graph.Nodes.Count; wide++)
        {
            if (!concat.Equals(graph.Nodes[wide].Op) || graph.Nodes[wide].Operands.Count <= graph.Nodes[narrow].Operands.Count
                || graph.Nodes[wide].Operands.Any(operand => graph.Values.Node(operand) > narrow))
                continue;
            if (Start(graph, concat.Axis, graph.Nodes[wide].Operands, graph.Nodes[narrow].Operands) is { } start)
                return (wide, concat.Axis, start);
        }

        return null;
    }

    private static Dim? Start(Graph graph, int axis, EquatableArray<int> wide, EquatableArray<int> narrow)
    {
        Dim start = 0;
        for (int first = 0; first + narrow.Count <= wide.Count; first++)
        {
            if (Enumerable.Range(0, narrow.Count).All(i => wide[first + i] == narrow[i]))
                return start;
            start += graph.Values.Type(wide[first]).Dims[axis];
        }

        return null;
    }
}
