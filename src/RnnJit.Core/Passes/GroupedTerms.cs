using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Passes;

/// <summary>a + p + b + q ⇒ a + b + (p + q) for terms p, q of one group, so that what belongs together can be added up where it is made.</summary>
internal static class GroupedTerms
{
    /// <param name="group">The group of a value, null for none.</param>
    public static Graph Run(Graph graph, Func<int, int?> group)
    {
        int[] uses = Liveness.Uses(graph);
        var inner = new HashSet<int>(Enumerable.Range(0, graph.Nodes.Count).Where(n => IsSum(graph, n)).SelectMany(n => Sums(graph, n, uses)));
        var rebuild = new Rebuild(graph);
        rebuild.Replace = n =>
        {
            if (!IsSum(graph, n) || inner.Contains(n))
                return null;
            int[] terms = Terms(graph, n, uses).ToArray();
            int[][] groups = terms.Where(term => group(term) is not null && IsWhole(term)).GroupBy(group).Select(same => same.ToArray()).Where(same => same.Length > 1).ToArray();
            if (groups.Length == 0)
                return null;
            IEnumerable<Value> sums = groups.Select(same => same.Select(rebuild.Get).Aggregate((sum, term) => sum + term));
            return [terms.Where(term => !groups.Any(same => same.Contains(term))).Select(rebuild.Get).Concat(sums).Aggregate((sum, term) => sum + term)];

            bool IsWhole(int term) => graph.Values.Type(term) == graph.Nodes[n].Results[0];
        };
        return rebuild.Run();
    }

    private static bool IsSum(Graph graph, int node) => graph.Nodes[node].Op is AddOp;

    // The sums that are terms of a sum and nothing else.
    private static IEnumerable<int> Sums(Graph graph, int node, int[] uses) => graph.Nodes[node].Operands
        .Where(operand => uses[operand] == 1 && graph.Values.Node(operand) is int maker and >= 0 && IsSum(graph, maker) && graph.Values.Type(operand) == graph.Nodes[node].Results[0])
        .Select(graph.Values.Node);

    private static IEnumerable<int> Terms(Graph graph, int node, int[] uses)
    {
        var sums = new HashSet<int>(Sums(graph, node, uses));
        return graph.Nodes[node].Operands.SelectMany(operand => sums.Contains(graph.Values.Node(operand)) ? Terms(graph, graph.Values.Node(operand), uses) : [operand]);
    }
}
