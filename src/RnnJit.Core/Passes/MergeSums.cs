using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Passes;

/// <summary>a·A + b·B ⇒ [a b]·[A; B]: one product whose summed axis is as long as both.</summary>
internal static class MergeSums
{
    public static Graph Run(Graph graph)
    {
        int[] uses = Liveness.Uses(graph);
        bool[] inner = Liveness.InnerSums(graph, uses);
        var rebuild = new Rebuild(graph);
        rebuild.Replace = node =>
        {
            if (graph.Nodes[node].Op is not AddOp || inner[graph.Values.FirstResult(node)])
                return null;
            int[] leaves = Leaves(graph, graph.Values.FirstResult(node), uses);
            int[] products = leaves.Where(leaf => uses[leaf] == 1 && OpOf(graph, leaf) is ContractOp).ToArray();
            if (products.Length < 2)
                return null;

            int[][] groups = products.GroupBy(leaf => new Alike(OpOf(graph, leaf)!, Rest(graph, leaf)))
                .Select(group => Ordered(graph, group)).Where(group => CanMerge(graph, group)).ToArray();
            if (groups.Length == 0)
                return null;

            var terms = groups.Select(group => Product(rebuild, graph, group)).ToList();
            var merged = new HashSet<int>(groups.SelectMany(group => group));
            terms.AddRange(leaves.Where(leaf => !merged.Contains(leaf)).Select(rebuild.Get));
            return [terms.Aggregate((sum, term) => sum + term)];
        };
        return rebuild.Run();
    }

    // Products that may be one.
    private sealed record Alike(Op Op, EquatableArray<Dim> Rest);

    private static Op? OpOf(Graph graph, int value) => graph.Values.Node(value) is int node and >= 0 ? graph.Nodes[node].Op : null;

    private static int[] Operands(Graph graph, int value) => graph.Nodes[graph.Values.Node(value)].Operands.ToArray();

    // From left to right. A chain of sums may be longer than a thread's stack is deep.
    private static int[] Leaves(Graph graph, int root, int[] uses)
    {
        var leaves = new List<int>();
        TensorType type = graph.Values.Type(root);
        var open = new Stack<int>([root]);
        while (open.Count > 0)
        {
            int value = open.Pop();
            if (OpOf(graph, value) is not AddOp || (value != root && (uses[value] > 1 || graph.Values.Type(value) != type)))
            {
                leaves.Add(value);
                continue;
            }

            foreach (int operand in graph.Nodes[graph.Values.Node(value)].Operands.Reverse())
                open.Push(operand);
        }

        return leaves.ToArray();
    }

    // Sorted by the operand that is not a weight, in graph order, so that all groups concatenate the same values in the same order.
    private static int[] Ordered(Graph graph, IEnumerable<int> group) =>
        group.OrderBy(value => Operands(graph, value).Where(operand => !Placement.IsWeight(graph, operand)).DefaultIfEmpty(value).Min())
            .ToArray();

    private static bool CanMerge(Graph graph, int[] group)
    {
        if (group.Length < 2 || Summed((ContractOp)OpOf(graph, group[0])!) is null)
            return false;

        int[] left = group.Select(value => Operands(graph, value)[0]).ToArray(),
            right = group.Select(value => Operands(graph, value)[1]).ToArray();
        return Placement.CanConcat(graph, left) && Placement.CanConcat(graph, right)
            && (left.All(value => Placement.IsWeight(graph, value)) || right.All(value => Placement.IsWeight(graph, value)));
    }

    // The dimensions that the products sum over besides the long one, which must agree.
    private static EquatableArray<Dim> Rest(Graph graph, int value)
    {
        var op = (ContractOp)OpOf(graph, value)!;
        EquatableArray<Dim> dims = graph.Values.Type(Operands(graph, value)[0]).Dims;
        return dims.Where((_, axis) => op.Left[axis] != Summed(op)).ToEquatable();
    }

    private static char? Summed(ContractOp op)
    {
        string labels = new(op.Left.Where(label => op.Right.Contains(label) && !op.Result.Contains(label)).ToArray());
        return labels.Length == 0 ? null : labels[labels.Length - 1];
    }

    private static Value Product(Rebuild rebuild, Graph graph, int[] group)
    {
        var op = (ContractOp)OpOf(graph, group[0])!;
        char label = Summed(op)!.Value;
        Value Side(int side, string labels) =>
            rebuild.Builder.Add(new ConcatOp(labels.IndexOf(label)),
                group.Select(value => rebuild.Get(Operands(graph, value)[side])).ToArray());
        return rebuild.Builder.Add(op, Side(0, op.Left), Side(1, op.Right));
    }
}
