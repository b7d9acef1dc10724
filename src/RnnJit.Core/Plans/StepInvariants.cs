using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Planning;

namespace RnnJit.Plans;

/// <summary>
/// Values of a step that exist before its loop begins and stay the same: captured constants, views of them, and weights side by side.
/// </summary>
internal static class StepInvariants
{
    public static bool Contains(Graph body, int value)
    {
        if (value < body.Inputs.Count)
            return body.Inputs[value].Role == PortRole.Constant;

        Node maker = body.Nodes[body.Values.Node(value)];
        bool isView = maker.Op is SliceOp or ReshapeOp or TransposeOp or BroadcastOp;
        return IsWeightConcat(body, value) || (isView && Contains(body, maker.Operands[0]));
    }

    /// <summary>
    /// True for a value of a step that a loop inside it need not wait for: there before the loop around, or a constant of the plan.
    /// </summary>
    public static bool IsBefore(Graph body, int value) => Contains(body, value) || IsConcatenatedRow(body, value)
        || (Maker(body, value) is { } maker
            && (maker.Op.Family == OpFamily.Leaf
                || (maker.Op.Family == OpFamily.View && maker.Op is not ConcatOp && IsBefore(body, maker.Operands[0]))));

    /// <summary>The inputs of a region that a value of views and of values side by side is made of.</summary>
    public static IEnumerable<int> Sources(Graph graph, int value) => Maker(graph, value) is { } maker
        ? maker.Operands.SelectMany(operand => Sources(graph, operand))
        : [value];

    /// <summary>Matrices side by side, each of which comes from outside the region.</summary>
    public static bool IsWeightConcat(Graph graph, int value) =>
        Maker(graph, value) is { Op: ConcatOp { Axis: < 2 } } concat && graph.Values.Type(value).Rank == 2
        && concat.Operands.All(operand => operand < graph.Inputs.Count
            && graph.Inputs[operand].Role is PortRole.Parameter or PortRole.Constant);

    /// <summary>Matrices side by side that products alone read: they are packed from their own tensors and never put together.</summary>
    public static bool IsWeight(Graph graph, int value) => IsWeightConcat(graph, value) && OnlyProductsRead(graph, value);

    private static bool OnlyProductsRead(Graph graph, int value) => !ValueReaders.Of(graph).IsOutput(value)
        && ValueReaders.Of(graph).Of(value).All(n => graph.Nodes[n].Op is ContractOp);

    /// <summary>Rows side by side from which chains of products start: they are put together once, before the loop.</summary>
    public static bool IsConcatenatedRow(Graph body, int value) =>
        Maker(body, value) is { Op: ConcatOp } && body.Values.Type(value).Rank == 1
        && AccumulatorInits.IsRow(body, value) && !ValueReaders.Of(body).IsOutput(value)
        && ValueReaders.Of(body).Of(value).All(n => body.Nodes[n].Op is AddOp);

    private static Node? Maker(Graph graph, int value) => value < graph.Inputs.Count ? null : graph.Nodes[graph.Values.Node(value)];
}
