using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Passes;

/// <summary>Which values reach an output.</summary>
internal static class Liveness
{
    public static bool[] Run(Graph graph) => Run(graph, graph.Outputs.Select(output => output.Value));

    public static bool[] Run(Graph graph, IEnumerable<int> roots)
    {
        var live = new bool[graph.Values.Count];
        foreach (int root in roots)
            live[root] = true;
        for (int n = graph.Nodes.Count - 1; n >= 0; n--)
        {
            int first = graph.Values.FirstResult(n);
            if (!Enumerable.Range(first, graph.Nodes[n].Results.Count).Any(value => live[value]))
                continue;
            foreach (int operand in graph.Nodes[n].Operands)
                live[operand] = true;
        }

        return live;
    }

    /// <summary>The sums, by value, that another sum of their type reads and nothing else does.</summary>
    public static bool[] InnerSums(Graph graph, int[] uses)
    {
        var inner = new bool[graph.Values.Count];
        foreach (Node node in graph.Nodes.Where(node => node.Op is AddOp))
        {
            foreach (int operand in node.Operands)
                inner[operand] |= uses[operand] == 1 && graph.Values.Type(operand) == node.Results[0] && graph.Values.Node(operand) is int maker and >= 0 && graph.Nodes[maker].Op is AddOp;
        }

        return inner;
    }

    /// <summary>How often each value is read, by nodes and outputs.</summary>
    public static int[] Uses(Graph graph)
    {
        var uses = new int[graph.Values.Count];
        foreach (int value in graph.Nodes.SelectMany(node => node.Operands).Concat(graph.Outputs.Select(output => output.Value)))
            uses[value]++;

        return uses;
    }
}
