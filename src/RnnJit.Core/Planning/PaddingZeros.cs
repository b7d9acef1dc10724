using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Planning;

/// <summary>Rows of [T, B, …], or of [B, T, …], that end by these lengths, steps being those of this time.</summary>
internal sealed record Ending(int Lengths, Dim Time, bool BatchFirst = false)
{
    /// <summary>The same rows with time and batch in the other order.</summary>
    public Ending Turned => this with { BatchFirst = !BatchFirst };

    /// <summary>True where a type has a row for each time step and each length.</summary>
    public bool Fits(TensorType type, Graph graph) =>
        type.Rank > 1 && type.Dims[BatchFirst ? 1 : 0] == Time && type.Dims[BatchFirst ? 0 : 1] == graph.Values.Type(Lengths).Dims[0];
}

/// <summary>Forward analysis: values of a region whose padding is 0, which are yields of loops with lengths and values computed from
/// them.</summary>
internal sealed class PaddingZeros
{
    private readonly Graph graph;
    private readonly Ending?[] zero;

    public PaddingZeros(Graph graph)
    {
        this.graph = graph;
        zero = new Ending?[graph.Values.Count];
        for (int n = 0; n < graph.Nodes.Count; n++)
            Find(graph.Nodes[n], graph.Values.FirstResult(n));
    }

    /// <summary>The row ends past which a value is 0; null if its padding may be nonzero.</summary>
    public Ending? this[int value] => zero[value];

    private void Find(Node node, int value)
    {
        if (node.Op is ScanOp { HasLengths: true } scan)
        {
            var end = new Ending(node.Operands[node.Operands.Count - 1], scan.Time);
            for (int y = scan.States; y < scan.States + scan.Yields; y++)
                zero[value + y] = end.Fits(graph.Values.Type(value + y), graph) ? end : null;
            return;
        }

        Ending? first = node.Operands.Count > 0 ? zero[node.Operands[0]] : null;
        zero[value] = node.Op switch
        {
            ContractOp op => OfProduct(op, node, batchFirst: false) ?? OfProduct(op, node, batchFirst: true),
            ReductionOp { Axes: var axes } => axes.All(axis => axis > 1) ? first : null,
            ElementwiseOp op => OfElements(op, node),
            TransposeOp transpose when Turns(transpose) => first?.Turned,
            SequenceMaskOp mask when graph.Values.Type(node.Operands[0]).Rank == 1 =>
                new Ending(node.Operands[0], mask.Places, BatchFirst: true),
            _ when first is { } end && KeepsRows(graph, node, end) && node.Operands.All(operand => zero[operand] == first) => first,
            _ => null,
        };
    }

    /// <summary>
    /// True for a view that keeps time and batch as they are: row (t, b) of the result has only elements of row (t, b) of the operands.
    /// </summary>
    public static bool KeepsRows(Graph graph, Node node, Ending end) => node.Op switch
    {
        SliceOp slice => slice.Axis > 1,
        ConcatOp concat => concat.Axis > 1,
        TransposeOp transpose => transpose.Order[0] == 0 && transpose.Order[1] == 1,
        BroadcastOp =>
            end.Fits(graph.Values.Type(node.Operands[0]), graph) && graph.Values.Type(node.Operands[0]).Rank == node.Results[0].Rank,
        ReshapeOp => end.Fits(graph.Values.Type(node.Operands[0]), graph) && end.Fits(node.Results[0], graph),
        _ => false,
    };

    /// <summary>True where the transpose exchanges the first two axes, time and batch.</summary>
    public static bool Turns(TransposeOp transpose) => transpose.Order.Count > 1 && transpose.Order[0] == 1 && transpose.Order[1] == 0;

    // Rows of the operand that has them, or of either of two.
    private Ending? OfProduct(ContractOp op, Node node, bool batchFirst)
    {
        Ending? Of(int operand) => zero[node.Operands[operand]] is { } end && end.BatchFirst == batchFirst ? end : null;
        RowProduct rows = RowProduct.Of(op, batchFirst);
        return rows.Use == RowUse.OfOne ? Of(rows.Operand) : rows.Use == RowUse.OfBoth ? Of(0) ?? Of(1) : null;
    }

    // 0 · x = 0, 0 / x = 0, either of two that are 0 or the second where the condition is 0, and f(0, …) where that is 0.
    private Ending? OfElements(ElementwiseOp op, Node node)
    {
        int rank = node.Results[0].Rank;
        Ending?[] ends = node.Operands.Select(operand => graph.Values.Type(operand).Rank == rank ? zero[operand] : null).ToArray();
        Ending?[] given = ends.Where(end => end is not null).Distinct().ToArray();
        if (given.Length != 1 || !given[0]!.Fits(node.Results[0], graph))
            return null;

        double?[] known = node.Operands.Select((operand, i) => ends[i] is null ? Constant(operand) : 0).ToArray();
        bool isZero = op switch
        {
            MulOp => known[0] == 0 || known[1] == 0,
            DivOp => known[0] == 0 && known[1] != 0,
            SelectOp => known[2] == 0 && (known[0] == 0 || known[1] == 0),
            _ => known.All(x => x is not null) && op.Evaluate(known.Select(x => x!.Value).ToArray()) == 0,
        };
        return isZero ? given[0] : null;
    }

    private double? Constant(int value) =>
        graph.Values.Node(value) is var maker and >= 0 && graph.Nodes[maker].Op is ConstantOp constant ? constant.Value : null;
}
