using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Passes;

/// <summary>a + p + b + q ⇒ a + b + (p + q) for terms p, q of one group, so that the terms of one group can be added where they are
/// computed.</summary>
internal static class GroupedTerms
{
    /// <param name="group">The group of a value, null for none.</param>
    public static Graph Run(Graph graph, Func<int, int?> group)
    {
        int[] uses = Liveness.Uses(graph);
        bool[] inner = Liveness.InnerSums(graph, uses);
        var rebuild = new Rebuild(graph);
        rebuild.Replace = n =>
        {
            if (graph.Nodes[n].Op is not AddOp || inner[graph.Values.FirstResult(n)])
                return null;
            List<int> terms = Terms(graph, n, inner);
            int[][] groups = terms.Where(term => group(term) is not null && IsWhole(term)).GroupBy(group).Select(same => same.ToArray())
                .Where(same => same.Length > 1).ToArray();
            if (groups.Length == 0)
                return null;
            IEnumerable<Value> sums = groups.Select(same => same.Select(rebuild.Get).Aggregate((sum, term) => sum + term));
            var grouped = new HashSet<int>(groups.SelectMany(same => same));
            return [terms.Where(term => !grouped.Contains(term)).Select(rebuild.Get).Concat(sums).Aggregate((sum, term) => sum + term)];

            bool IsWhole(int term) => graph.Values.Type(term) == graph.Nodes[n].Results[0];
        };
        return rebuild.Run();
    }

    /// <summary>From left to right, without the sums that are terms of this sum and nothing else (<see cref="Liveness.InnerSums"/>). A
    /// chain of them may be longer than a thread's stack is deep.</summary>
    internal static List<int> Terms(Graph graph, int node, bool[] inner)
    {
        var terms = new List<int>();
        var open = new Stack<int>(graph.Nodes[node].Operands.Reverse());
        while (open.Count > 0)
        {
            int value = open.Pop();
            if (!inner[value])
            {
                terms.Add(value);
                continue;
            }

            foreach (int operand in graph.Nodes[graph.Values.Node(value)].Operands.Reverse())
                open.Push(operand);
        }

        return terms;
    }
}
