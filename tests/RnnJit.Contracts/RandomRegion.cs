using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Contracts;

/// <summary>A Program or the body of a loop while it is drawn: its values by kind, and what it captures from the region around
/// it.</summary>
internal sealed class RandomRegion(GraphBuilder builder, RandomRegion? around)
{
    private readonly Dictionary<string, Value> named = [];

    public GraphBuilder Builder => builder;

    public bool IsBody => around is not null;

    /// <summary>Values over time, [T, B, …].</summary>
    public List<Value> Sequences { get; } = [];

    /// <summary>Values of the batch, [B, …].</summary>
    public List<Value> Rows { get; } = [];

    /// <summary>Matrices that something here makes or is given, and that a loop may capture.</summary>
    public List<Value> Matrices { get; } = [];

    /// <summary>Values that may only be returned.</summary>
    public List<Value> Others { get; } = [];

    /// <summary>The values around it that it captures, in the order of its constants.</summary>
    public List<Value> Captured { get; } = [];

    /// <summary>An input of the Program, as it is seen from here.</summary>
    public Value Named(string name, TensorType type, PortRole role = PortRole.Input)
    {
        if (!named.TryGetValue(name, out Value? known))
            named[name] = known = around is null ? builder.Input(name, type, role) : Capture(around.Named(name, type, role), name);
        return known;
    }

    /// <summary>A value of the region around, as a constant of this body.</summary>
    public Value Capture(Value outside, string? name = null)
    {
        Captured.Add(outside);
        return builder.Input(name ?? "captured" + Captured.Count, outside.Type, PortRole.Constant);
    }

    /// <summary>x times a matrix, whose columns or rows meet the last axis of x.</summary>
    public static Value Product(Value x, Value w, bool columns)
    {
        string lead = "abef"[..(x.Type.Rank - 1)];
        return x.Builder.Add(new ContractOp(columns ? $"{lead}c,cd->{lead}d" : $"{lead}c,dc->{lead}d"), x, w);
    }
}
