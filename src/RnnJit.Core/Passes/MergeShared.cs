using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Passes;

/// <summary>x·A and x·B ⇒ x·[A B], cut in two: one product as wide as both.</summary>
internal static class MergeShared
{
    public static Graph Run(Graph graph)
    {
        Dictionary<int, Group> groups = FindGroups(graph);
        if (groups.Count == 0)
            return graph;

        var rebuild = new Rebuild(graph);
        rebuild.Replace = node => groups.TryGetValue(node, out Group? group) ? [group.Result(rebuild, graph, node)] : null;
        return rebuild.Run();
    }

    // Products that may be one.
    private sealed record Alike(Op Op, int Shared, int Level, EquatableArray<Dim> Rest);

    private static Dictionary<int, Group> FindGroups(Graph graph)
    {
        int[] levels = Levels(graph);
        var groups = new Dictionary<int, Group>();
        foreach (int shared in (int[])[0, 1])
        {
            var candidates = Enumerable.Range(0, graph.Nodes.Count)
                .Where(n => graph.Nodes[n].Op is ContractOp && !groups.ContainsKey(n))
                .GroupBy(n => new Alike(graph.Nodes[n].Op, graph.Nodes[n].Operands[shared], levels[n], Rest(graph, n, shared)))
                .Select(group => group.OrderBy(n => graph.Nodes[n].Operands[1 - shared]).ToArray());
            foreach (int[] nodes in candidates)
            {
                var op = (ContractOp)graph.Nodes[nodes[0]].Op;
                if (nodes.Length < 2 || Widened(op, shared) is not { } label || !KeepsRows(graph, nodes, shared, label)
                    || !Placement.CanConcat(graph, nodes.Select(n => graph.Nodes[n].Operands[1 - shared]).ToArray()))
                    continue;
                var group = new Group(op, shared, label, nodes);
                foreach (int n in nodes)
                    groups[n] = group;
            }
        }

        return groups;
    }

    // The last label that only the other operand has: along it the operands are put side by side.
    private static char? Widened(ContractOp op, int shared)
    {
        string other = shared == 0 ? op.Right : op.Left, own = shared == 0 ? op.Left : op.Right;
        string free = new(other.Where(label => op.Result.Contains(label) && !own.Contains(label)).ToArray());
        return free.Length == 0 ? null : free[free.Length - 1];
    }

    // Weights may be put side by side along any axis; values of the batch along the last one only, for rows stay rows.
    private static bool KeepsRows(Graph graph, int[] nodes, int shared, char label)
    {
        var op = (ContractOp)graph.Nodes[nodes[0]].Op;
        string other = shared == 0 ? op.Right : op.Left;
        return other[other.Length - 1] == label || nodes.All(n => Placement.IsWeight(graph, graph.Nodes[n].Operands[1 - shared]));
    }

    // All other dimensions of the other operand, which must agree.
    private static EquatableArray<Dim> Rest(Graph graph, int node, int shared)
    {
        var op = (ContractOp)graph.Nodes[node].Op;
        int axis = Widened(op, shared) is { } label ? (shared == 0 ? op.Right : op.Left).IndexOf(label) : -1;
        return graph.Values.Type(graph.Nodes[node].Operands[1 - shared]).Dims.Where((_, i) => i != axis).ToEquatable();
    }

    // Products on the longest path to a node: products of one level do not depend on each other.
    private static int[] Levels(Graph graph)
    {
        var levels = new int[graph.Nodes.Count];
        for (int n = 0; n < levels.Length; n++)
        {
            int below = graph.Nodes[n].Operands.Select(operand => graph.Values.Node(operand) is int maker and >= 0 ? levels[maker] : 0)
                .DefaultIfEmpty(0).Max();
            levels[n] = below + (graph.Nodes[n].Op.Family is OpFamily.Contraction or OpFamily.Scan ? 1 : 0);
        }

        return levels;
    }

    private sealed class Group(ContractOp op, int shared, char label, int[] nodes)
    {
        private readonly Dictionary<int, Dim> starts = [];
        private Value? product;

        public Value Result(Rebuild rebuild, Graph graph, int node)
        {
            string other = shared == 0 ? op.Right : op.Left;
            int axis = other.IndexOf(label), resultAxis = op.Result.IndexOf(label);
            if (product is null)
            {
                Value common = rebuild.Get(graph.Nodes[node].Operands[shared]);
                Value wide =
                    rebuild.Builder.Add(new ConcatOp(axis), nodes.Select(n => rebuild.Get(graph.Nodes[n].Operands[1 - shared])).ToArray());
                product = shared == 0 ? rebuild.Builder.Add(op, common, wide) : rebuild.Builder.Add(op, wide, common);
                Dim start = 0;
                foreach (int n in nodes)
                {
                    starts[n] = start;
                    start += graph.Nodes[n].Results[0].Dims[resultAxis];
                }
            }

            return rebuild.Builder.Add(new SliceOp(resultAxis, starts[node], graph.Nodes[node].Results[0].Dims[resultAxis]), product);
        }
    }
}
