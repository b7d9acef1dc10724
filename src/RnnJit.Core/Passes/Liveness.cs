using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Passes;

/// <summary>Liveness of values: true for those from which an output, or another given root, is computed.</summary>
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
            Node node = graph.Nodes[n];
            if (!AnyResult(graph, n, live))
                continue;
            for (int i = 0; i < node.Operands.Count; i++)
                live[node.Operands[i]] = true;
        }

        return live;
    }

    /// <summary>True where a node has a result among these values.</summary>
    public static bool AnyResult(Graph graph, int node, bool[] values)
    {
        int first = graph.Values.FirstResult(node), end = first + graph.Nodes[node].Results.Count;
        for (int value = first; value < end; value++)
        {
            if (values[value])
                return true;
        }

        return false;
    }

    /// <summary>The sums, by value, that another sum of their type reads and nothing else does.</summary>
    public static bool[] InnerSums(Graph graph, int[] uses)
    {
        var inner = new bool[graph.Values.Count];
        foreach (Node node in graph.Nodes.Where(node => node.Op is AddOp))
        {
            foreach (int operand in node.Operands)
                inner[operand] |= uses[operand] == 1 && graph.Values.Type(operand) == node.Results[0]
                    && graph.Values.Node(operand) is int maker and >= 0 && graph.Nodes[maker].Op is AddOp;
        }

        return inner;
    }

    /// <summary>The number of reads of each value, by nodes and outputs.</summary>
    public static int[] Uses(Graph graph)
    {
        var uses = new int[graph.Values.Count];
        for (int n = 0; n < graph.Nodes.Count; n++)
        {
            Node node = graph.Nodes[n];
            for (int i = 0; i < node.Operands.Count; i++)
                uses[node.Operands[i]]++;
        }

        foreach (Output output in graph.Outputs)
            uses[output.Value]++;

        return uses;
    }
}
