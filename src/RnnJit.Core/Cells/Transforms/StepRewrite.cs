using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Cells;

/// <summary>Copies the step of a cell from its outputs to its inputs; a transformation replaces values on the way. New inputs are appended
/// after the cell's own.</summary>
internal sealed class StepRewrite
{
    private readonly HashSet<string> names;
    private readonly Value?[] values;
    private readonly Dictionary<int, string> added = [];

    public StepRewrite(CellDefinition cell)
    {
        Step = cell.Step;
        names = new HashSet<string>(Step.Inputs.Select(port => port.Name), StringComparer.Ordinal);
        values = Builder.Inputs(Step);
    }

    public Graph Step { get; }

    public GraphBuilder Builder { get; } = new();

    /// <summary>Gives another result for a node with one result, or null to copy it.</summary>
    public Func<int, Value?>? Replace { get; set; }

    /// <summary>Replaces operands of nodes: node, position, copied operand ⇒ operand.</summary>
    public Func<int, int, Value, Value>? Read { get; set; }

    /// <summary>The new value that stands for an old one.</summary>
    public Value Get(int value)
    {
        if (values[value] is { } known)
            return known;

        StackDepth.Require(Step);
        int node = Step.Values.Node(value), first = Step.Values.FirstResult(node);
        Value[] results = Replace?.Invoke(node) is { } replaced ? [replaced] : Copy(node);
        for (int r = 0; r < results.Length; r++)
        {
            values[first + r] = results[r];
            if (Step.LocalNames.TryGetValue(first + r, out string? name))
                Builder.Label(results[r], name);
        }

        return values[value]!;
    }

    /// <summary>Copies a node with all it reads.</summary>
    public Value[] Copy(int node)
    {
        Node copied = Step.Nodes[node];
        if (copied.Op is ConstantOp { Type.Rank: 0 } scalar)
            return [Builder.Constant(scalar.Value, scalar.Type.Element)];

        return Builder.AddMany(copied.Op,
            copied.Operands.Select((operand, i) => Read is null ? Get(operand) : Read(node, i, Get(operand))).ToArray());
    }

    /// <summary>Makes all readers of an old value read another one.</summary>
    public void Set(int value, Value other) => values[value] = other;

    /// <summary>Adds an input; a name that is taken gets a number.</summary>
    public Value Input(string name, TensorType type, PortRole role, string init)
    {
        string free = name;
        for (int i = 2; !names.Add(free); i++)
            free = name + "_" + i;

        Value input = Builder.Input(free, type, role, init);
        added[input.Id] = free;
        return input;
    }

    /// <summary>The name that an added input got.</summary>
    public string NameOf(Value input) => added[input.Id];

    /// <param name="change">Gives another value for an output.</param>
    /// <param name="more">Results that are made on the way.</param>
    public CellDefinition Finish(Func<Output, Value, Value>? change = null,
        IEnumerable<(string Name, Value Value, OutputRole Role)>? more = null)
    {
        var outputs = Step.Outputs.Select(
            output => (output.Name, change is null ? Get(output.Value) : change(output, Get(output.Value)), output.Role)).ToArray();
        return new CellDefinition(Builder.Build(Step.Kind, Step.Name, outputs.Concat(more ?? [])));
    }
}
