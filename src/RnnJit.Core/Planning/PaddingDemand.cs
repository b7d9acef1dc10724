using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Planning;

/// <summary>
/// Backward analysis of padding: the rows of each value that are read, from the last scheduled op to the first. A loop with lengths reads
/// no padding. A kernel reads none if, for every output, padding is unread or 0. Other ops read the padding that their results need, or any
/// finite numbers where it is multiplied by 0.
/// </summary>
internal sealed class PaddingDemand
{
    private readonly Graph graph;
    private readonly PaddingZeros zeros;
    private readonly Want?[] wants;
    private readonly Dictionary<int, Ending> kernels = [];

    public PaddingDemand(OpSchedule schedule, PaddingZeros zeros)
    {
        graph = schedule.Graph;
        this.zeros = zeros;
        wants = new Want?[graph.Values.Count];
        foreach (Output output in graph.Outputs)
            wants[output.Value] = new Want(null, null);
        foreach (ScheduledOp scheduled in schedule.Ops.Reverse())
        {
            switch (scheduled)
            {
                case ScheduledKernel kernel:
                    Read(kernel);
                    break;
                case ScheduledMatMul product:
                    Read(product, product.Product, graph.Values.FirstResult(product.Node));
                    AddStart(product);
                    break;
                case ScheduledNode op:
                    Read(op, op.Node, graph.Values.FirstResult(op.Node));
                    break;
            }
        }
    }

    /// <param name="End">The ends up to which rows are read; null: all rows are, padding included.</param>
    /// <param name="Reader">With a null End, the op that reads all rows; null if the value is an output of the region.</param>
    /// <param name="Numbers">True where the padding is multiplied by 0: any finite numbers will do there.</param>
    public sealed record Want(Ending? End, ScheduledOp? Reader, bool Numbers = false);

    /// <summary>The demand on a value; null if nothing reads it.</summary>
    public Want? Of(int value) => wants[value];

    /// <summary>The ends of the rows that a kernel is done for; null for all rows.</summary>
    public Ending? Of(ScheduledKernel kernel) => kernels.TryGetValue(kernel.Outputs[0], out Ending? end) ? end : null;

    private void Add(int value, Ending? end, ScheduledOp reader, bool numbers = false)
    {
        if (end is { } last && !last.Fits(graph.Values.Type(value), graph))
            end = null;
        wants[value] = wants[value] is not { } other ? new Want(end, reader, numbers)
            : other.End is null ? other
            : end == other.End ? other with { Numbers = other.Numbers || numbers }
            : new Want(null, reader);
    }

    private void Read(ScheduledKernel kernel)
    {
        Ending? demanded = kernel.Outputs.SelectMany(Ends).FirstOrDefault(end => IsDemanded(kernel, end));
        if (demanded is { } last)
            kernels[kernel.Outputs[0]] = last;
        foreach (int input in kernel.Inputs)
            Add(input, graph.Values.Type(input).Rank == kernel.Rows.Count + 1 ? demanded : null, kernel);
    }

    private IEnumerable<Ending> Ends(int value)
    {
        if (wants[value]?.End is { } wanted)
            yield return wanted;
        if (zeros[value] is { } zero)
            yield return zero;
    }

    // Rows of a kernel are those of its outputs.
    private bool IsDemanded(ScheduledKernel kernel, Ending end) =>
        kernel.Outputs.All(
            output => Ends(output).Contains(end) && graph.Values.Type(output).Rank == kernel.Rows.Count + 1 && kernel.Rows.Count > 1);

    private void Read(ScheduledOp reader, int op, int value)
    {
        Node node = graph.Nodes[op];
        foreach (int operand in node.Operands.Distinct())
        {
            var (end, numbers) = LeftOut(node, value, operand);
            Add(operand, end, reader, numbers);
        }
    }

    // An element of the product starts from the one in its place and from no other one.
    private void AddStart(ScheduledMatMul product)
    {
        int value = graph.Values.FirstResult(product.Node);
        bool rows = graph.Values.Type(product.Start) == graph.Values.Type(value);
        Add(product.Start, rows ? wants[value]?.End : null, product, wants[value]?.Numbers == true);
    }

    // By which ends an op leaves out rows of an operand, and whether those it leaves out must be numbers all the same.
    private (Ending? End, bool Numbers) LeftOut(Node node, int value, int operand)
    {
        if (node.Op is ScanOp scan)
            return (scan.HasLengths && !node.Operands.Skip(scan.Sequences).Contains(operand)
                ? new Ending(node.Operands[node.Operands.Count - 1], scan.Time)
                : null, false);
        if (node.Op is TakeOp { Axis: 1 } && node.Operands[0] == operand && zeros[operand] is { BatchFirst: false } zero)
            return (zero, false);
        if (node.Op is ContractOp sum && (RowProduct.Of(sum).Adds || RowProduct.Of(sum, batchFirst: true).Adds))
        {
            Ending? other =
                node.Operands[0] == node.Operands[1] ? null : zeros[node.Operands[0] == operand ? node.Operands[1] : node.Operands[0]];
            return (other is { } factor && RowProduct.Of(sum, factor.BatchFirst).Adds ? other : null, true);
        }

        if (node.Op is ScatterOp && zeros[node.Operands[1]] is { BatchFirst: false } last
            && last.Fits(graph.Values.Type(node.Operands[0]), graph))
            return (last, false);

        // If a result's padding is not read, the padding of its operands is not read by this op.
        if (wants[value] is not { End: { } end } result)
            return default;
        if (node.Op is GatherOp)
            return operand == node.Operands[1] && !end.BatchFirst ? (end, false) : default;
        if (node.Op is TransposeOp transpose && PaddingZeros.Turns(transpose))
            return (end.Turned, result.Numbers);
        bool rows = node.Op is ContractOp product ? IsOfRows(RowProduct.Of(product, end.BatchFirst), node,
            operand) : PaddingZeros.KeepsRows(graph, node, end);
        return rows ? (end, result.Numbers) : default;
    }

    // Whether a row of the product reads that row of the operand and no other one.
    private static bool IsOfRows(RowProduct rows, Node node, int operand) =>
        rows.Use == RowUse.OfBoth
            || (rows.Use == RowUse.OfOne && node.Operands[rows.Operand] == operand && node.Operands[1 - rows.Operand] != operand);
}
