using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Passes;

/// <summary>Values put side by side within a longer row of values are a part of that row: they are written once.</summary>
public static class FlattenConcats
{
    /// <summary>Its name among the stages.</summary>
    public const string Name = "flatten-concats";

    public static Graph Run(Graph graph)
    {
        int[] concats = Enumerable.Range(0, graph.Nodes.Count).Where(n => graph.Nodes[n].Op is ConcatOp).ToArray();
        var rebuild = new Rebuild(graph);
        rebuild.Replace = n => Wider(graph, concats, n) is var (wide, axis, start)
            ? [rebuild.Builder.Add(new SliceOp(axis, start, graph.Nodes[n].Results[0].Dims[axis]),
                rebuild.Get(graph.Values.FirstResult(wide)))]
            : null;
        return rebuild.Run((node, operands) => node.Op is ScanOp scan
            ? rebuild.Builder.AddMany(new ScanOp(Run(scan.Body), scan.Time, scan.Reverse, scan.HasLengths), operands)
            : null);
    }

    // The operands of the wider concatenation must not depend on any node after the narrower one.
    private static (int Wide, int Axis, Dim Start)? Wider(Graph graph, int[] concats, int narrow)
    {
        if (graph.Nodes[narrow].Op is not ConcatOp concat
            || graph.Nodes[narrow].Operands.All(operand => Placement.IsWeight(graph, operand)))
            return null;

        foreach (int wide in concats)
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
        int first = 0;
        while (first + narrow.Count <= wide.Count && !IsAt(first))
            first++;
        return first + narrow.Count <= wide.Count ? wide.Take(first)
            .Aggregate((Dim)0, (start, part) => start + graph.Values.Type(part).Dims[axis]) : null;

        bool IsAt(int place)
        {
            int same = 0;
            while (same < narrow.Count && wide[place + same] == narrow[same])
                same++;
            return same == narrow.Count;
        }
    }
}
