using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Contracts;

/// <summary>Finds the ops at which a graph lacks a second derivative.</summary>
internal static class Kinks
{
    /// <summary>The ops with a kink that derivatives pass through, by name; what is detached has none.</summary>
    public static string[] Of(Graph graph)
    {
        var reached = new bool[graph.Nodes.Count];
        foreach (Output output in graph.Outputs)
            Mark(output.Value);
        for (int n = graph.Nodes.Count - 1; n >= 0; n--)
        {
            if (!reached[n] || graph.Nodes[n].Op is DetachOp)
                continue;
            foreach (int operand in graph.Nodes[n].Operands)
                Mark(operand);
        }

        return graph.Nodes.Where((node, n) => reached[n] && HasKink(node.Op)).Select(node => node.Op.Name).Distinct().ToArray();

        void Mark(int value)
        {
            if (graph.Values.Node(value) is int maker and >= 0)
                reached[maker] = true;
        }
    }

    private static bool HasKink(Op op) =>
        op is ReluOp or AbsOp or MaxOp or MinOp or MaxReduceOp or LessOp or LessEqualOp or EqualOp or SelectOp or FloorOp;
}
