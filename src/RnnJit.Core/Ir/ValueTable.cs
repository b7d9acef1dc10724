namespace RnnJit.Ir;

/// <summary>The values of a graph by number.</summary>
public sealed class ValueTable
{
    private readonly List<TensorType> types;
    private readonly List<(int Node, int Result)> definitions;
    private readonly int[] firstResults;
    private readonly EquatableArray<Output> outputs;
    private HashSet<int>? next;

    internal ValueTable(Graph graph)
    {
        outputs = graph.Outputs;
        int count = graph.Inputs.Count;
        for (int n = 0; n < graph.Nodes.Count; n++)
            count += graph.Nodes[n].Results.Count;
        (types, definitions) = (new List<TensorType>(count), new List<(int Node, int Result)>(count));
        foreach (Port port in graph.Inputs)
        {
            types.Add(port.Type);
            definitions.Add((-1, definitions.Count));
        }

        firstResults = new int[graph.Nodes.Count];
        for (int n = 0; n < graph.Nodes.Count; n++)
        {
            firstResults[n] = types.Count;
            for (int r = 0; r < graph.Nodes[n].Results.Count; r++)
            {
                types.Add(graph.Nodes[n].Results[r]);
                definitions.Add((n, r));
            }
        }
    }

    public int Count => types.Count;

    public TensorType Type(int value) => types[value];

    /// <summary>The node that defines a value, −1 for an input.</summary>
    public int Node(int value) => definitions[value].Node;

    /// <summary>Which result of its node (or which input) a value is.</summary>
    public int Result(int value) => definitions[value].Result;

    public int FirstResult(int node) => firstResults[node];

    /// <summary>True for a value that is a next state.</summary>
    internal bool IsNext(int value) =>
        (next ??= [.. outputs.Where(output => output.Role == OutputRole.Next).Select(output => output.Value)]).Contains(value);
}
