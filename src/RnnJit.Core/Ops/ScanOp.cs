using RnnJit.Ir;

namespace RnnJit.Ops;

/// <summary>
/// A loop over time. Operands: sequences [T, …], initial states, captured constants, then the lengths i32[B] if there are any.
/// Results: final states, yielded sequences [T, …], sums over time. With lengths, step t runs on the rows whose length is greater than t
/// only: for the others states hold, yields are 0 and sums receive nothing, so a reversed scan starts at length − 1.
/// </summary>
public sealed class ScanOp : Op
{
    public ScanOp(Graph body, Dim time, bool reverse, bool hasLengths)
    {
        // A body has no name of its own: scans that do the same are equal.
        Body = body.Kind == "body" && body.Name == "step"
            ? body
            : new Graph("body", "step", body.Inputs, body.Nodes, body.Outputs) { LocalNames = body.LocalNames };
        Time = time;
        Reverse = reverse;
        HasLengths = hasLengths;
        Sequences = Count(PortRole.Sequence);
        States = Count(PortRole.State) + Count(PortRole.Table);
        Constants = Count(PortRole.Constant);
        Yields = body.Outputs.Count(output => output.Role == OutputRole.Yield);
        Sums = body.Outputs.Count(output => output.Role == OutputRole.Sum);
    }

    public Graph Body { get; }

    public Dim Time { get; }

    /// <summary>True where time runs from T − 1 (or length − 1) down to 0.</summary>
    public bool Reverse { get; }

    public bool HasLengths { get; }

    public int Sequences { get; }

    public int States { get; }

    public int Constants { get; }

    public int Yields { get; }

    public int Sums { get; }

    /// <summary>True where the body contains loops: those of time in blocks.</summary>
    public bool HasLoops => Body.Nodes.Any(node => node.Op is ScanOp);

    public override string Name => "scan";

    public override OpFamily Family => OpFamily.Scan;

    /// <summary>The text between brackets in the text form: time, <c>reverse</c>, <c>lengths</c>.</summary>
    public string Header => Time.ToString() + (Reverse ? ", reverse" : "") + (HasLengths ? ", lengths" : "");

    public override string Attributes => Header + " " + Body;

    // Equality of two scans: the body's text is expensive, so it is compared only if header and port counts are equal.
    private protected override bool HasAttributesOf(Op other) =>
        other is ScanOp scan && scan.Header == Header && scan.Body.Inputs.Count == Body.Inputs.Count
        && scan.Body.Outputs.Count == Body.Outputs.Count && (ReferenceEquals(scan.Body, Body) || base.HasAttributesOf(other));

    private protected override int AttributesHash() =>
        unchecked((((Header.GetHashCode() * 31) + Body.Inputs.Count) * 31) + Body.Outputs.Count);

    public override Op Map(TypeMap map)
    {
        Graph body = GraphMapper.Run(Body, map);
        Dim time = map.Map(Time);
        return ReferenceEquals(body, Body) && time == Time ? this : new ScanOp(body, time, Reverse, HasLengths);
    }

    public override TensorType[] Infer(TensorType[] operands, DimContext dims)
    {
        int wanted = Sequences + States + Constants + (HasLengths ? 1 : 0);
        if (operands.Length != wanted)
            throw new GraphException("RNNJ130",
                $"'scan' takes {wanted} operands (sequences, states, constants, lengths), found {operands.Length} (see docs/ir.md)");
        if (Body.Inputs.FirstOrDefault(
            port => port.Role is not (PortRole.Sequence or PortRole.State or PortRole.Table or PortRole.Constant)) is { } foreign)
            throw new GraphException("RNNJ173",
                $"The step of a scan has the {foreign.Role} '{foreign.Name}' among its inputs (sequences, states, tables, constants)");
        for (int i = 0; i < Body.Inputs.Count; i++)
        {
            TensorType expected = i < Sequences ? Timed(Body.Inputs[i].Type) : Body.Inputs[i].Type;
            if (operands[i] != expected)
                throw new GraphException("RNNJ131",
                    $"'scan' needs {expected} for '{Body.Inputs[i].Name}', found {operands[i]} (a sequence has time first)");
        }

        return Body.Outputs.Select(output =>
        {
            TensorType type = Body.Values.Type(output.Value);
            return output.Role == OutputRole.Yield ? Timed(type) : type;
        }).ToArray();
    }

    public override NdArray[] Evaluate(NdArray[] operands, Evaluation evaluation)
    {
        int steps = Time.Evaluate(evaluation.Sizes);
        int[]? lengths = HasLengths ? operands[operands.Length - 1].Data.Select(length => (int)length).ToArray() : null;
        string? batch = HasLengths ? BatchSymbol() : null;
        var run = new ScanEvaluation(this, operands, evaluation, batch, lengths);
        for (int i = 0; i < steps; i++)
            run.Step(Reverse ? steps - 1 - i : i);

        return run.Results;
    }

    /// <summary>Never called: the adjoint of a loop is a loop, which the pass 'differentiate' makes.</summary>
    public override Value?[] Gradient(Value[] operands, Value[] results, Value?[] cotangents) =>
        throw new InvalidOperationException("The adjoint of a scan is made by the pass 'differentiate'");

    internal TensorType Timed(TensorType type) => type.WithDims(type.Dims.Prepend(Time));

    /// <summary>True where a state, by its position among the states, is a table.</summary>
    public bool IsTable(int state) => Body.Inputs[Sequences + state].Role == PortRole.Table;

    /// <summary>The symbol of the batch dimension: the first one of the states (of the sequences where all states are tables).</summary>
    /// <exception cref="GraphException">RNNJ132: with lengths every state and sequence begins with the batch.</exception>
    public string BatchSymbol()
    {
        Port? port = Body.Inputs.Where(input => input.Role is PortRole.State or PortRole.Sequence)
            .OrderBy(input => input.Role == PortRole.State ? 0 : 1).FirstOrDefault();
        return port is { Type.Rank: > 0 } && port.Type.Dims[0].AsSymbol is { } symbol
            ? symbol
            : throw new GraphException("RNNJ132",
                $"'scan' with lengths needs states that begin with the batch, found {port?.Type.ToString() ?? "none"} "
                    + "(make the first dimension a symbol such as B)");
    }

    private int Count(PortRole role) => Body.Inputs.Count(input => input.Role == role);
}
