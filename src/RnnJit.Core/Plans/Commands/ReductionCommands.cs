using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Plans;

/// <summary>A reduction over any axes of any view, in double: sums of elements without gaps in the order of 16 lanes, others from the
/// last element to the first.</summary>
public sealed record ReduceCommand(ReductionOp Op, BufferView Input, BufferView Result) : PlanCommand
{
    public int[] Kept => [.. Enumerable.Range(0, Input.Rank).Where(axis => !Op.Axes.Contains(axis))];

    /// <summary>True where the elements of a sum have no gaps; axes of extent 1 may lie anywhere.</summary>
    public bool IsRun
    {
        get
        {
            long stride = 1;
            foreach (int axis in Op.Axes.OrderByDescending(axis => axis).Where(axis => Input.Shape[axis] != 1))
            {
                if (Input.Strides[axis] != stride)
                    return false;
                stride *= Input.Shape[axis];
            }

            return true;
        }
    }

    public override Op? Definition => Op;

    public override IEnumerable<BufferView> Reads => [Input];

    public override IEnumerable<BufferView> Writes => [Result];

    public override string Describe => $"{Op.Name} of {Extent(Kept)} × {Extent(Op.Axes)}";

    public override string Text => $"reduce<{Op.Name}[{Op.Axes}]>";

    private int Extent(IEnumerable<int> axes) => axes.Aggregate(1, (product, axis) => product * Input.Shape[axis]);
}

/// <summary>Σ over rows, or Σ over rows of a · b, for each column; rows from last to first or, forwards, from first to last.</summary>
/// <param name="ARow">Row stride of A in elements.</param>
/// <param name="Accumulate">True: accumulates into the result.</param>
/// <param name="Active">Rows that may be nonzero; null: all.</param>
public sealed record ColumnSumCommand(
    BufferView A, BufferView? B, BufferView Result, int Rows, long ARow, long BRow, int Columns, bool Accumulate, bool Forwards,
    ActiveRows? Active) : PlanCommand
{
    public override IEnumerable<BufferView> Reads => [A, .. B is null ? [] : (BufferView[])[B], .. Active?.Views ?? []];

    public override IEnumerable<BufferView> Writes => [Result];

    public override string Describe =>
        $"sum over {Quantity.Of(Rows, "row")} of {Quantity.Of(Columns, "column")}{(B is null ? "" : ", of a product")}{Active?.Describe}";

    public override string Text =>
        $"column-sum {Rows} x {Columns}{(B is null ? "" : " dot")}{(Forwards ? " forwards" : "")}{(Accumulate ? " accumulate" : "")}"
            + $"{Active?.Text}";
}

/// <summary>sum += x, element by element: a sum over time of a value that neither a matrix product nor a reduction adds up
/// itself.</summary>
public sealed record AccumulateCommand(BufferView Input, BufferView Sum) : PlanCommand
{
    public override IEnumerable<BufferView> Reads => [Input];

    public override IEnumerable<BufferView> Writes => [Sum];

    public override string Describe => $"add [{string.Join(", ", Sum.Shape)}] to a sum over time";

    public override string Text => "accumulate";
}
