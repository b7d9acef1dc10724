using System.Runtime.CompilerServices;
using RnnJit.Ir;

namespace RnnJit.Plans;

/// <summary>The readers of each value of a graph, found once for each graph.</summary>
internal sealed class ValueReaders
{
    private static readonly ConditionalWeakTable<Graph, ValueReaders> Known = new();

    private readonly List<int>?[] nodes;
    private readonly int[] operands;
    private readonly int[] outputs;

    private ValueReaders(Graph graph)
    {
        nodes = new List<int>?[graph.Values.Count];
        operands = new int[graph.Values.Count];
        outputs = new int[graph.Values.Count];
        for (int n = 0; n < graph.Nodes.Count; n++)
        {
            foreach (int operand in graph.Nodes[n].Operands)
            {
                List<int> known = nodes[operand] ??= [];
                operands[operand]++;
                if (known.Count == 0 || known[^1] != n)
                    known.Add(n);
            }
        }

        foreach (Output output in graph.Outputs)
            outputs[output.Value]++;
    }

    public static ValueReaders Of(Graph graph) => Known.GetValue(graph, key => new ValueReaders(key));

    /// <summary>Nodes that read a value, each once, in order.</summary>
    public IReadOnlyList<int> Of(int value) => nodes[value] ?? [];

    /// <summary>True where the graph returns a value.</summary>
    public bool IsOutput(int value) => outputs[value] > 0;

    /// <summary>Reads of a value: operands of nodes and outputs.</summary>
    public int Count(int value) => operands[value] + outputs[value];
}
