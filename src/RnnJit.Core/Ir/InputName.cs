using RnnJit.Ops;

namespace RnnJit.Ir;

/// <summary>Name of the input that a value is, or is a view or a selection of, for messages about one of its numbers.</summary>
public static class InputName
{
    /// <returns>Null where the value was computed.</returns>
    public static string? Of(Graph graph, int value)
    {
        if (value < graph.Inputs.Count)
            return graph.Inputs[value].Name;

        Node maker = graph.Nodes[graph.Values.Node(value)];
        return maker.Op is AssertLeOp or TakeOp or SliceOp or ReshapeOp or TransposeOp or BroadcastOp ? Of(graph, maker.Operands[0]) : null;
    }
}
