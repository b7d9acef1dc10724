using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Planning;

/// <summary>What a product or sum over all steps does with rows behind their end.</summary>
public enum RowEnd
{
    /// <summary>Nothing: nobody reads what it gives there.</summary>
    Unread,

    /// <summary>It gives 0 there, which needs no arithmetic.</summary>
    Zero,

    /// <summary>It adds up rows, and those add 0.</summary>
    AddsNothing,
}

/// <summary>
/// Which products and sums over all steps of a region need only the rows that loops with lengths run on. What such a loop yields is 0 behind a row's end, and what it reads there does
/// not matter; both spread through views and products. An op that is done for all rows all the same gives the same.
/// </summary>
public sealed class RowEnds
{
    // Rows end by these lengths, steps are those of this time.
    private readonly record struct End(int Lengths, Dim Time);

    private readonly Graph graph;
    private readonly End?[] zero;
    private readonly End?[] unread;
    private readonly End?[] ignored;
    private readonly Dictionary<int, int> addedTo;

    public RowEnds(Graph graph)
    {
        this.graph = graph;
        addedTo = StartSums.Of(graph).Values.ToDictionary(sum => sum.Product, sum => sum.Node);
        zero = new End?[graph.Values.Count];
        for (int n = 0; n < graph.Nodes.Count; n++)
            FindZeros(graph.Nodes[n], graph.Values.FirstResult(n));
        unread = FindUnread(sums: false);
        ignored = FindUnread(sums: true);
    }

    /// <summary>Whether what lies behind the ends of rows is left alone by all readers of a value, so that it may hold anything there.</summary>
    public bool IsUnread(int value) => unread[value] is not null;

    /// <summary>The lengths by which the rows of a product or sum end, and what it does behind; null where it needs all rows.</summary>
    public (int Lengths, RowEnd Kind)? Of(int node)
    {
        Node done = graph.Nodes[node];
        int value = graph.Values.FirstResult(addedTo.TryGetValue(node, out int sum) ? sum : node);
        if (done.Op is SumOp { Axes: { Count: > 1 } axes } && axes[0] == 0 && axes[1] == 1)
            return zero[done.Operands[0]] is { } end ? (end.Lengths, RowEnd.AddsNothing) : null;
        if (done.Op is not ContractOp product)
            return null;
        if (AddsRows(product))
            return (zero[done.Operands[0]] ?? zero[done.Operands[1]]) is { } end ? (end.Lengths, RowEnd.AddsNothing) : null;
        if (RowOperand(product) < 0)
            return null;
        return Behind(value);
    }

    /// <summary>
    /// The lengths by which rows end that are picked for every step: rows of the source, and then they give 0 behind; else rows as they are placed. Null where all are picked.
    /// </summary>
    public (int Lengths, RowEnd Kind, bool OfSource)? OfPick(int node)
    {
        int source = graph.Nodes[node].Operands[0], value = graph.Values.FirstResult(node);
        return Source(source, node) is { } end ? (end.Lengths, RowEnd.Zero, true) : Behind(value) is { } placed ? (placed.Lengths, placed.Kind, false) : null;
    }

    private (int Lengths, RowEnd Kind)? Behind(int value) => unread[value] is { } last ? (last.Lengths, RowEnd.Unread)
        : (zero[value] ?? ignored[value]) is { } zeros ? (zeros.Lengths, RowEnd.Zero)
        : null;

    // What is 0 behind the ends need not be read there.
    private End? Source(int value, int reader) => graph.Nodes[reader].Op is PickOp { Axis: 1 } && graph.Nodes[reader].Operands[0] == value ? zero[value] : null;

    /// <summary>The operand whose first two labels, time and rows, are those of the result alone; −1 if there is none.</summary>
    public static int RowOperand(ContractOp op)
    {
        if (op.Result.Length < 2)
            return -1;
        string rows = op.Result.Substring(0, 2);
        bool Leads(string labels, string other) => labels.StartsWith(rows, StringComparison.Ordinal) && !other.Contains(rows[0]) && !other.Contains(rows[1]);
        return Leads(op.Left, op.Right) ? 0 : Leads(op.Right, op.Left) ? 1 : -1;
    }

    // A gradient of weights: both operands lose time and rows.
    private static bool AddsRows(ContractOp op) => op.Left.Length > 1 && op.Right.StartsWith(op.Left.Substring(0, 2), StringComparison.Ordinal)
        && !op.Result.Contains(op.Left[0]) && !op.Result.Contains(op.Left[1]);

    private bool Fits(int value, End end) => graph.Values.Type(value) is { Rank: > 1 } type && type.Dims[0] == end.Time && type.Dims[1] == graph.Values.Type(end.Lengths).Dims[0];

    private void FindZeros(Node node, int value)
    {
        if (node.Op is ScanOp { HasLengths: true } scan)
        {
            var end = new End(node.Operands[node.Operands.Count - 1], scan.Time);
            for (int y = scan.States; y < scan.States + scan.Yields; y++)
                zero[value + y] = Fits(value + y, end) ? end : null;
            return;
        }

        End? common = node.Operands.Count > 0 ? zero[node.Operands[0]] : null;
        zero[value] = node.Op switch
        {
            ContractOp op when RowOperand(op) is var rows and >= 0 => zero[node.Operands[rows]],
            SumOp sum when sum.Axes[0] > 1 => common,
            NegOp => common,
            AddOp or SubOp or MulOp when common is not null && node.Operands.All(operand => zero[operand] == common && graph.Values.Type(operand) == node.Results[0]) => common,
            _ when common is { } end && KeepsRows(node, end) && node.Operands.All(operand => zero[operand] == common) => common,
            _ => null,
        };
    }

    // Views whose rows at each step are the operands'.
    private bool KeepsRows(Node node, End end) => node.Op switch
    {
        SliceOp slice => slice.Axis > 1,
        ConcatOp concat => concat.Axis > 1,
        TransposeOp transpose => transpose.Order[0] == 0 && transpose.Order[1] == 1,
        ReshapeOp => Fits(node.Operands[0], end) && node.Results[0].Rank > 1 && node.Results[0].Dims[0] == end.Time && node.Results[0].Dims[1] == graph.Values.Type(end.Lengths).Dims[0],
        _ => false,
    };

    // Sums leave out rows where the other factor is 0; whoever does them for all rows must find numbers there.
    private End?[] FindUnread(bool sums)
    {
        var found = new End?[graph.Values.Count];
        var readers = new List<int>[graph.Values.Count];
        for (int n = 0; n < graph.Nodes.Count; n++)
        {
            foreach (int operand in graph.Nodes[n].Operands.Distinct())
                (readers[operand] ??= []).Add(n);
        }

        var seen = new HashSet<int>(graph.Outputs.Select(output => output.Value));
        for (int value = graph.Values.Count - 1; value >= 0; value--)
        {
            if (readers[value] is not { } all || seen.Contains(value))
                continue;
            End?[] ends = all.Select(reader => LeftOut(reader, value, found, sums)).Distinct().ToArray();
            found[value] = ends.Length == 1 && ends[0] is { } end && Fits(value, end) ? end : null;
        }

        return found;
    }

    // By which lengths a reader leaves out rows of what it reads.
    private End? LeftOut(int reader, int value, End?[] found, bool sums)
    {
        Node node = graph.Nodes[reader];
        if (node.Op is ScanOp scan)
            return scan.HasLengths && !node.Operands.Skip(scan.Sequences).Contains(value) ? new End(node.Operands[node.Operands.Count - 1], scan.Time) : null;
        if (Source(value, reader) is { } end)
            return end;

        End? result = found[graph.Values.FirstResult(reader)];
        if (addedTo.ContainsValue(reader) && graph.Values.Type(value) == node.Results[0])
            return result;
        if (node.Op is not ContractOp product)
            return result is { } last && KeepsRows(node, last) ? result : null;

        int other = node.Operands[0] == value ? node.Operands[1] : node.Operands[0];
        if (other == value)
            return null;
        if (AddsRows(product))
            return sums ? zero[other] : null;
        return RowOperand(product) is var rows and >= 0 && node.Operands[rows] == value ? result : null;
    }
}
