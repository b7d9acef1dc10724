using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Passes;

/// <summary>The rows that lengths let run in a step. Without lengths there are none to tell apart.</summary>
internal sealed class RunningRows(ScanOp scan)
{
    private readonly Graph body = scan.Body;
    private readonly string? batch = scan.HasLengths ? scan.BatchSymbol() : null;

    /// <summary>
    /// True for a value with a row for each row of the batch: what the loop yields of it is 0 past a row's end.
    /// What has no such rows is 0 past the end of the last one only.
    /// </summary>
    public bool Has(int value) =>
        batch is not null && body.Values.Type(value) is { Rank: > 0 } type && IsBatch(type.Dims[0]);

    /// <summary>
    /// True for a value that is made of all rows that run, or of their number: it changes as rows end,
    /// and over all steps at once it would be of all rows.
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
