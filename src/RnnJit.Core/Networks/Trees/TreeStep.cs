using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Networks;

/// <summary>One step of a scan over trees, in which equations of a node are written. Values of the Program enter the step by
/// <see cref="Take(Value)"/>.</summary>
public sealed class TreeStep
{
    private readonly List<Value> sequences = [];
    private readonly List<Value> tables = [];
    private readonly Dictionary<int, Value> taken = [];
    private readonly List<Value> constants = [];
    private readonly List<(string, Value, OutputRole)> outputs = [];

    internal TreeStep()
    {
    }

    internal GraphBuilder Body { get; } = new();

    /// <summary>A tensor from outside that is the same for all nodes.</summary>
    public Value Take(Value outside)
    {
        if (!taken.TryGetValue(outside.Id, out Value? inside))
        {
            taken[outside.Id] = inside = Body.Input("given" + constants.Count, outside.Type, PortRole.Constant);
            constants.Add(outside);
        }

        return inside;
    }

    /// <summary>A matrix from outside.</summary>
    public Matrix Take(Matrix outside) => new(Take(outside.Tensor));

    /// <summary>A tensor of rank 3 from outside.</summary>
    public Tensor3 Take(Tensor3 outside) => new(Take(outside.Tensor));

    internal Value Sequence(string name, Value outside)
    {
        sequences.Add(outside);
        return Body.Input(name, outside.Type.WithDims(outside.Type.Dims.Skip(1)), PortRole.Sequence);
    }

    // [N + 1, width], empty at first; the last row stays 0 or is never read.
    internal Value Table(GraphBuilder outer, Dim nodes, Dim width, ElementType element)
    {
        var type = new TensorType(element, nodes + 1, width);
        tables.Add(outer.Add(new ConstantOp(0, type)));
        return Body.Input("table" + (tables.Count - 1), type, PortRole.Table);
    }

    internal void Add(Value table, Value index, Value rows) =>
        outputs.Add(("table" + outputs.Count, Body.Add(ScatterAddOp.Instance, table, index, rows), OutputRole.Next));

    internal void Yield(Value rows) => outputs.Add(("node" + outputs.Count, rows, OutputRole.Yield));

    internal Value[] Run(Forest forest) => forest.Builder.AddMany(
        new ScanOp(Body.Build("body", "trees", outputs), forest.Steps, reverse: false, hasLengths: true),
        [.. sequences, .. tables, .. constants, forest.Lengths.Tensor]);
}
