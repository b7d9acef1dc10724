using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Passes;

/// <summary>The rows that lengths let run in a step. Without lengths there are none to tell apart.</summary>
internal sealed class RunningRows(ScanOp scan)
{
    private readonly Graph body = scan.Body;
    private readonly string? batch = scan.HasLengths ? scan.BatchSymbol() : null;

    /// <summary>
    /// True for a value with a batch axis: its yield is 0 past the end of each row. The yield of a value without a batch axis is 0 only
    /// past the end of the longest row.
    /// </summary>
    public bool Has(int value) =>
        batch is not null && body.Values.Type(value) is { Rank: > 0 } type && IsBatch(type.Dims[0]);

    /// <summary>
    /// True for a value computed from all running rows, or from their number: it changes as rows end. Hoisted out of the loop it would be
    /// computed from all rows.
    /// </summary>
    public bool Meet(int value)
    {
        if (batch is null || body.Values.Node(value) is not (int node and >= 0))
            return false;
        return body.Nodes[node].Op is ExtentOp extent
            ? extent.Dim.Terms.Any(term => term.Symbol == batch)
            : Pairs(value) || (!Has(value) && body.Nodes[node].Operands.Any(Has));
    }

    /// <summary>True for a value that pairs rows of the batch, or is made of such pairs: its rows and its columns end.</summary>
    public bool Pairs(int value) => batch is not null && body.Values.Node(value) is int node and >= 0
        && body.Nodes[node].Operands.Append(value).Any(read => body.Values.Type(read).Dims.Skip(1).Any(IsBatch));

    private bool IsBatch(Dim dim) => dim.AsSymbol == batch;
}
