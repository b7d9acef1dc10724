using RnnJit.Ops;

namespace RnnJit.Planning;

/// <summary>The use that a product over all steps makes of the rows [T, B] of its operands.</summary>
public enum RowUse
{
    /// <summary>None: it has no such rows.</summary>
    None,

    /// <summary>A row of the result is made of that row of one operand. The other has no time: a weight, or a memory of each row of the
    /// batch.</summary>
    OfOne,

    /// <summary>A row of the result is made of that row of both operands.</summary>
    OfBoth,

    /// <summary>Time and rows are added up: a gradient of weights.</summary>
    AddsRows,

    /// <summary>Time is added up for each row of the batch: a gradient of a memory.</summary>
    AddsSteps,
}

/// <summary>The rows of a product, read from its labels.</summary>
/// <param name="Operand">Which operand has them, the first of two that do.</param>
public readonly record struct RowProduct(RowUse Use, int Operand)
{
    /// <param name="batchFirst">True where the batch axis precedes time: then only OfOne and AddsSteps are recognised.</param>
    public static RowProduct Of(ContractOp op, bool batchFirst = false) => batchFirst ? OfBatchFirst(op) : OfTimeFirst(op);

    // A memory or a weight, and the gradient of a memory.
    private static RowProduct OfBatchFirst(ContractOp op)
    {
        if (op.Result.Length > 1 && Leads(op.Left, op.Result) && !op.Right.Contains(op.Result[1]))
            return new RowProduct(RowUse.OfOne, 0);
        if (op.Result.Length > 1 && Leads(op.Right, op.Result) && !op.Left.Contains(op.Result[1]))
            return new RowProduct(RowUse.OfOne, 1);
        return op.Result.Length > 0 && op.Left.Length > 1 && Leads(op.Right, op.Left) && op.Result[0] == op.Left[0]
            && !op.Result.Contains(op.Left[1]) ? new RowProduct(RowUse.AddsSteps, 0) : default;
    }

    private static RowProduct OfTimeFirst(ContractOp op)
    {
        if (op.Result.Length > 1 && Leads(op.Left, op.Result) && Leads(op.Right, op.Result))
            return new RowProduct(RowUse.OfBoth, 0);
        if (op.Result.Length > 1 && Leads(op.Left, op.Result) && !op.Right.Contains(op.Result[0]))
            return new RowProduct(RowUse.OfOne, 0);
        if (op.Result.Length > 1 && Leads(op.Right, op.Result) && !op.Left.Contains(op.Result[0]))
            return new RowProduct(RowUse.OfOne, 1);
        if (op.Left.Length < 2 || !Leads(op.Right, op.Left) || op.Result.Contains(op.Left[0]))
            return default;
        return !op.Result.Contains(op.Left[1]) ? new RowProduct(RowUse.AddsRows, 0)
            : op.Result[0] == op.Left[1] ? new RowProduct(RowUse.AddsSteps, 0)
            : default;
    }

    /// <summary>True where the product sums over rows, so that rows of 0 add nothing.</summary>
    public bool Adds => Use is RowUse.AddsRows or RowUse.AddsSteps;

    // Whether labels begin with the first two of others: time and rows.
    private static bool Leads(string labels, string others) => labels.Length > 1 && labels[0] == others[0] && labels[1] == others[1];
}
