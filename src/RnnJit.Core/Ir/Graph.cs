namespace RnnJit.Ir;

/// <summary>The role of an input of a graph.</summary>
public enum PortRole
{
    /// <summary>Data given at each run, or at each step of a cell.</summary>
    Input,

    /// <summary>An input of a cell that is the same at every step of a sequence.</summary>
    PerSequence,

    /// <summary>A state: of a cell, of a scan body.</summary>
    State,

    /// <summary>A trained tensor.</summary>
    Parameter,

    /// <summary>One step of a sequence inside a scan body.</summary>
    Sequence,

    /// <summary>A value from outside captured by a scan body.</summary>
    Constant,

    /// <summary>
    /// A state of a scan body that only grows: a step gathers rows of it and adds rows to it, and nothing is added to a row once it was
    /// gathered. So any later table serves a reader as well as the one of its step, and one place in memory serves all steps.
    /// </summary>
    Table,
}

internal static class PortRoles
{
    /// <summary>True for a state or a table, which a scan body passes from step to step.</summary>
    public static bool IsState(this PortRole role) => role is PortRole.State or PortRole.Table;
}

/// <summary>The role of an output of a graph.</summary>
public enum OutputRole
{
    Result,

    /// <summary>The new value of the state with the same position.</summary>
    Next,

    /// <summary>One step of a sequence that a scan produces.</summary>
    Yield,

    /// <summary>A value that a scan adds up over time.</summary>
    Sum,
}

public sealed record Port(string Name, TensorType Type, PortRole Role, string Init = "");

public sealed record Output(string Name, int Value, OutputRole Role);

/// <summary>One application of an op. Operands are value numbers: inputs first, then results of nodes in order.</summary>
public sealed record Node(Op Op, EquatableArray<int> Operands, EquatableArray<TensorType> Results);

/// <summary>An immutable graph in topological order: a cell's step, a scan body, a kernel or a whole Program. Equal by
/// content; local names do not count.</summary>
public sealed record Graph(string Kind, string Name, EquatableArray<Port> Inputs, EquatableArray<Node> Nodes,
    EquatableArray<Output> Outputs)
{
    private ValueTable? table;
    private Dictionary<string, int>? inputIndices;
    private Dictionary<string, int>? outputIndices;

    // A copy with other nodes must not keep this graph's table.
    private Graph(Graph original)
    {
        (Kind, Name, Inputs, Nodes, Outputs) = (original.Kind, original.Name, original.Inputs, original.Nodes, original.Outputs);
        LocalNames = original.LocalNames;
    }

    /// <summary>Names of values for people to read; no part of the graph's identity.</summary>
    public IReadOnlyDictionary<int, string> LocalNames { get; init; } = new Dictionary<int, string>();

    /// <summary>Types and definitions of all values.</summary>
    public ValueTable Values => table ??= new ValueTable(this);

    /// <summary>The first input of that name; −1 where there is none.</summary>
    public int InputIndex(string name) =>
        (inputIndices ??= Indices(Inputs, port => port.Name)).TryGetValue(name, out int index) ? index : -1;

    /// <summary>The first output of that name; −1 where there is none.</summary>
    public int OutputIndex(string name) =>
        (outputIndices ??= Indices(Outputs, output => output.Name)).TryGetValue(name, out int index) ? index : -1;

    public bool Equals(Graph? other) =>
        ReferenceEquals(this, other) || (other is not null && Kind == other.Kind && Name == other.Name && Inputs == other.Inputs
            && Nodes == other.Nodes && Outputs == other.Outputs);

    public override int GetHashCode() => unchecked((((Name.GetHashCode() * 31) + Inputs.GetHashCode()) * 31) + Nodes.GetHashCode());

    /// <summary>The dimension symbols that occur, in order of first use.</summary>
    public IEnumerable<string> Symbols() =>
        Inputs.Select(port => port.Type).Concat(Nodes.SelectMany(node => node.Results))
            .SelectMany(type => type.Dims).SelectMany(dim => dim.Terms).Select(term => term.Symbol).Distinct();

    public override string ToString() => Text.Printer.Print(this);

    private static Dictionary<string, int> Indices<T>(EquatableArray<T> items, Func<T, string> name)
    {
        var indices = new Dictionary<string, int>(items.Count, StringComparer.Ordinal);
        for (int i = items.Count - 1; i >= 0; i--)
            indices[name(items[i])] = i;

        return indices;
    }
}

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
