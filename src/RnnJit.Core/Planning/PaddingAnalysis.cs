using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Planning;

/// <summary>Result of a scheduled op over all time steps in the padding.</summary>
public enum PaddingResult
{
    /// <summary>Undefined: nobody reads it.</summary>
    Unread,

    /// <summary>0, which needs no arithmetic.</summary>
    Zero,

    /// <summary>The accumulator init.</summary>
    Init,

    /// <summary>None: the op sums over rows, and padding adds 0.</summary>
    AddsNothing,
}

/// <summary>Lengths by which rows end, and the result of an op in their padding.</summary>
/// <param name="BatchFirst">True for values [B, T, …], false for [T, B, …].</param>
public readonly record struct EndedRows(int Lengths, PaddingResult Kind, bool BatchFirst = false);

/// <summary>
/// Analysis of padding in a region: finds the products, sums and kernels over all steps that need only the rows on which loops with lengths
/// run. Such a loop yields 0 in the padding and reads nothing there. Zeros propagate forward to the values computed from them, demand
/// backward to operands. An op that is computed for all rows regardless gives the same result.
/// </summary>
public sealed class PaddingAnalysis
{
    private readonly Graph graph;
    private readonly PaddingZeros zeros;
    private readonly PaddingDemand readers;
    private readonly Dictionary<int, int> sums;

    public PaddingAnalysis(OpSchedule schedule)
    {
        graph = schedule.Graph;
        sums = schedule.Ops.OfType<ScheduledMatMul>().ToDictionary(matmul => matmul.Product, matmul => matmul.Node);
        zeros = new PaddingZeros(graph);
        readers = new PaddingDemand(schedule, zeros);
    }

    /// <summary>True if no reader of a value reads its padding by these lengths, so that the padding may hold anything. A reader with other
    /// lengths may read further.</summary>
    public bool IsUnread(int value, int lengths) => readers.Of(value) is { End: { } end, Numbers: false } && end.Lengths == lengths;

    /// <summary>The lengths by which the rows of a product, sum or gather end, and its result in the padding; null if the op needs all
    /// rows.</summary>
    public EndedRows? Of(int node)
    {
        Node done = graph.Nodes[node];
        if (done.Op is SumOp { Axes: { Count: > 0 } axes } && axes[0] == 0 && (axes.Count == 1 || axes[1] == 1))
            return AddsNothing(zeros[done.Operands[0]]);
        if (done.Op is ScatterOp)
            return zeros[done.Operands[1]] is { } last && last.Fits(graph.Values.Type(done.Operands[0]), graph) ? AddsNothing(last) : null;
        if (done.Op is GatherOp)
            return graph.Values.Type(done.Operands[1]).Rank > 1
                && Behind(graph.Values.FirstResult(node)) is { BatchFirst: false } picked ? picked : null;
        return done.Op is ContractOp product ? OfProduct(product, node, batchFirst: false)
            ?? OfProduct(product, node, batchFirst: true) : null;
    }

    private static EndedRows? AddsNothing(Ending? zero) =>
        zero is { BatchFirst: false } end ? new EndedRows(end.Lengths, PaddingResult.AddsNothing) : null;

    private EndedRows? OfProduct(ContractOp product, int node, bool batchFirst)
    {
        RowProduct rows = RowProduct.Of(product, batchFirst);
        if (rows.Use == RowUse.None)
            return null;

        // A product of two values of a row is 0 where one of them is.
        Ending? Zero(int operand) => zeros[graph.Nodes[node].Operands[operand]] is { } end && end.BatchFirst == batchFirst ? end : null;
        Ending? zero = rows.Use == RowUse.OfOne ? Zero(rows.Operand) : Zero(0) ?? Zero(1);
        if (rows.Adds)
            return zero is { } end ? new EndedRows(end.Lengths, PaddingResult.AddsNothing, batchFirst) : null;

        // The result of a product fused with its addition is the sum.
        return Behind(ResultOf(node)) is { } behind ? (behind.BatchFirst == batchFirst ? behind : null)
            : sums.ContainsKey(node) && zero is { } ended ? new EndedRows(ended.Lengths, PaddingResult.Init, batchFirst) : null;
    }

    /// <summary>The value that a node computes; for a product fused with its addition, the sum.</summary>
    public int ResultOf(int node) => graph.Values.FirstResult(sums.TryGetValue(node, out int sum) ? sum : node);

    /// <summary>The lengths by which the rows of a kernel end, and the numbers of the outputs whose padding is read and must be 0. Null if
    /// the kernel needs all rows.</summary>
    public (int Lengths, int[] Zeros, bool BatchFirst)? Of(ScheduledKernel kernel) => readers.Of(kernel) is { } end
        ? (end.Lengths, Enumerable.Range(0, kernel.Outputs.Count).Where(output => !IsUnread(kernel.Outputs[output], end.Lengths)).ToArray(),
            end.BatchFirst)
        : null;

    /// <summary>
    /// The lengths by which the rows of a take at every step end: lengths of the source, so that the result is 0 in the padding, or lengths
    /// of the result. Null if all rows are taken.
    /// </summary>
    public (int Lengths, PaddingResult Kind, bool OfSource)? OfTake(int node)
    {
        Node take = graph.Nodes[node];
        return take.Op is not TakeOp { Axis: 1 } ? null
            : zeros[take.Operands[0]] is { BatchFirst: false } source ? (source.Lengths, PaddingResult.Zero, true)
            : Behind(graph.Values.FirstResult(node)) is { BatchFirst: false } placed ? (placed.Lengths, placed.Kind, false)
            : null;
    }

    /// <summary>
    /// True where a value's padding is computed: some op reads it, or the value is an output, and it is not known to be 0.
    /// </summary>
    public bool WantsAllRows(int value) => readers.Of(value) is { End: null } && zeros[value] is null;

    /// <summary>The scheduled op that reads a value's padding and so forces computing it; null if the value is given out.</summary>
    public ScheduledOp? AllRowsFor(int value) => readers.Of(value)?.Reader;

    private EndedRows? Behind(int value)
    {
        PaddingDemand.Want? want = readers.Of(value);
        if (want?.End is { } end && (!want.Numbers || zeros[value] is null))
            return new EndedRows(end.Lengths, want.Numbers ? PaddingResult.Zero : PaddingResult.Unread, end.BatchFirst);
        return zeros[value] is { } zero ? new EndedRows(zero.Lengths, PaddingResult.Zero, zero.BatchFirst) : null;
    }
}
