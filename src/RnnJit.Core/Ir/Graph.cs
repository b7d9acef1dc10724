namespace RnnJit.Ir;

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
