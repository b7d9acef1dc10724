using RnnJit.Ir;

namespace RnnJit.Passes;

/// <summary>Copies a graph from its outputs to its inputs, so that a replacement may read values defined after the replaced node. Nodes
/// that only replaced nodes read are copied too; a second copy drops them.</summary>
internal sealed class Rebuild
{
    private readonly Graph graph;
    private readonly Value?[] values;

    public Rebuild(Graph graph)
    {
        this.graph = graph;
        values = Builder.Inputs(graph);
    }

    public GraphBuilder Builder { get; } = new();

    /// <summary>Gives other values for a node by number, or null to copy it. Called before the node's operands are built.</summary>
    public Func<int, Value[]?>? Replace { get; set; }

    /// <param name="copy">Gives other results for a node whose operands are built, or null to copy it.</param>
    public Graph Run(Func<Node, Value[], Value[]?>? copy = null)
    {
        // In the old order first, which keeps the text stable where nothing is replaced.
        bool[] live = Liveness.Run(graph);
        for (int v = graph.Inputs.Count; v < values.Length; v++)
        {
            if (live[v])
                Get(v, copy);
        }

        return Builder.Build(graph.Kind, graph.Name, graph.Outputs.Select(output => (output.Name, Get(output.Value, copy), output.Role)));
    }

    /// <summary>The new value that stands for an old one.</summary>
    public Value Get(int value) => Get(value, null);

    private Value Get(int value, Func<Node, Value[], Value[]?>? copy)
    {
        if (values[value] is { } known)
            return known;

        StackDepth.Require(graph);
        int node = graph.Values.Node(value), first = graph.Values.FirstResult(node);
        if (Replace?.Invoke(node) is { } replaced)
        {
            Store(first, replaced);
            return values[value]!;
        }

        Node copied = graph.Nodes[node];
        var operands = new Value[copied.Operands.Count];
        for (int i = 0; i < operands.Length; i++)
            operands[i] = Get(copied.Operands[i], copy);
        if (copy?.Invoke(copied, operands) is { } results)
        {
            Store(first, results);
            return values[value]!;
        }

        Builder.InlineNode(graph, node, values!);
        for (int r = 0; r < copied.Results.Count; r++)
            Label(first + r);
        return values[value]!;
    }

    private void Store(int first, Value[] results)
    {
        for (int r = 0; r < results.Length; r++)
        {
            values[first + r] = results[r];
            Label(first + r);
        }
    }

    private void Label(int value)
    {
        if (graph.LocalNames.TryGetValue(value, out string? name))
            Builder.Label(values[value]!, name);
    }
}
