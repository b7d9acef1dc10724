using RnnJit.Ir;

namespace RnnJit.Ops;

/// <summary>
/// One elementwise body applied to several items, each a few tensors of one type: the update of all parameters by an optimiser (PyTorch's
/// <c>torch._foreach</c> family, multi-tensor apply). Operands: the body's numbers, then the tensors of each item. Results: those of each
/// item. Printed as <c>foreach</c> and the body between braces.
/// </summary>
public sealed class ForEachOp : Op
{
    /// <summary>Kind and name of a body.</summary>
    internal const string BodyKind = "kernel", BodyName = "item";

    /// <param name="body">Inputs: numbers, then tensors [R, N]; outputs: tensors [R, N]; elementwise ops in between.</param>
    public ForEachOp(Graph body)
    {
        // Bodies that do the same are equal, whatever their names.
        Body = body.Kind == BodyKind && body.Name == BodyName ? body : new Graph(BodyKind, BodyName, body.Inputs, body.Nodes,
            body.Outputs)
        { LocalNames = body.LocalNames };
        Numbers = body.Inputs.TakeWhile(port => port.Type.Rank == 0).Count();
        Tensors = body.Inputs.Count - Numbers;
    }

    public Graph Body { get; }

    /// <summary>Numbers that all items share.</summary>
    public int Numbers { get; }

    /// <summary>Tensors of an item that the body reads.</summary>
    public int Tensors { get; }

    public override string Name => "foreach";

    public override OpFamily Family => OpFamily.Gather;

    public override string Attributes => Body.ToString();

    public override Op Map(TypeMap map) =>
        GraphMapper.Run(Body, map) is var body && ReferenceEquals(body, Body) ? this : new ForEachOp(body);

    public override TensorType[] Infer(TensorType[] operands, DimContext dims)
    {
        RequireBody();
        if (operands.Length <= Numbers || (operands.Length - Numbers) % Tensors != 0)
            throw new GraphException("RNNJ125",
                $"'foreach' takes {Numbers} numbers and {Tensors} tensors for each item, found {operands.Length} operands (give as many)");
        for (int i = 0; i < operands.Length; i++)
        {
            Port port = Body.Inputs[i < Numbers ? i : Numbers + ((i - Numbers) % Tensors)];
            TensorType item = operands[i < Numbers ? i : i - ((i - Numbers) % Tensors)];
            bool fits = i < Numbers ? operands[i] == port.Type : operands[i].Element == port.Type.Element && operands[i].Dims == item.Dims;
            if (!fits)
                throw new GraphException("RNNJ125",
                    $"'foreach' reads {operands[i]} as '{port.Name}', wanted {(i < Numbers ? port.Type : item)} (tensors of an item have "
                        + "one shape)");
        }

        return [.. Enumerable.Range(0, (operands.Length - Numbers) / Tensors)
            .SelectMany(item => Body.Outputs.Select(
                output => operands[Numbers + (item * Tensors)] with { Element = Body.Values.Type(output.Value).Element }))];
    }

    public override NdArray[] Evaluate(NdArray[] operands, Evaluation evaluation)
    {
        var results = new List<NdArray>();
        for (int at = Numbers; at < operands.Length; at += Tensors)
        {
            int[] shape = operands[at].Shape;
            NdArray[] given = [.. operands.Take(Numbers),
                .. operands.Skip(at).Take(Tensors).Select(tensor => tensor.Reshape(1, tensor.Length))];
            results.AddRange(
                evaluation.With("R", 1).With("N", operands[at].Length).Run(Body, given).Select(result => result.Reshape(shape)));
        }

        return [.. results];
    }

    /// <exception cref="GraphException">RNNJ247: it has no derivative.</exception>
    public override Value?[] Gradient(Value[] operands, Value[] results, Value?[] cotangents) =>
        throw new GraphException("RNNJ247", "'foreach' has no derivative (write its ops for each tensor where a derivative is wanted)");

    private protected override bool HasAttributesOf(Op other) =>
        other is ForEachOp each && (ReferenceEquals(each.Body, Body) || base.HasAttributesOf(other));

    private protected override int AttributesHash() => unchecked((Body.Inputs.Count * 31) + Body.Nodes.Count);

    private void RequireBody()
    {
        bool IsTensor(TensorType type) =>
            type.IsReal && type.Rank == 2 && type.Dims[0] == Dim.Symbol("R") && type.Dims[1] == Dim.Symbol("N");
        if (Tensors == 0 || Body.Inputs.Any(port => port.Role != PortRole.Input)
            || Body.Inputs.Skip(Numbers).Any(port => !IsTensor(port.Type))
            || Body.Outputs.Count == 0
            || Body.Outputs.Any(output => output.Role != OutputRole.Result || !IsTensor(Body.Values.Type(output.Value))))
        {
            throw new GraphException("RNNJ173",
                "The body of a foreach has numbers, then tensors f32[R, N] as its inputs, and tensors f32[R, N] as its results "
                    + "(write it so)");
        }

        if (Body.Nodes.FirstOrDefault(node => node.Op is not (ElementwiseOp or ConstantOp)) is { } foreign)
            throw new GraphException("RNNJ173",
                $"The body of a foreach has the op '{foreign.Op.Name}' (elementwise ops and constants only)");
    }
}
