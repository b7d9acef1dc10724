namespace RnnJit.Plans;

/// <summary>
/// Verifies for a plan that every command of a step that <see cref="RowIndependence"/> found row-independent can run on a range of rows:
/// the rows are the first axis of every view it writes. Runs once, when the plan is made.
/// </summary>
public static class PlanRows
{
    /// <exception cref="InvalidOperationException">A command writes the rows in another way.</exception>
    public static void Check(IEnumerable<PlanCommand> commands)
    {
        foreach (ScanCommand scan in commands.OfType<ScanCommand>())
        {
            IEnumerable<PlanCommand> wanted = scan.IsRowIndependent || scan.Lengths is not null ? scan.Body.Concat(scan.Freeze) : [];
            if (wanted.FirstOrDefault(command => !TakesRows(command, scan.Batch)) is { } wrong)
            {
                throw new InvalidOperationException(
                    $"'{wrong.Describe}' cannot be done for some of {scan.Batch} rows in '{scan.Describe}' (the plan is wrong; "
                        + "report the Program)");
            }

            Check(scan.Body);
        }
    }

    /// <summary>True where a range of rows is a range of the command.</summary>
    public static bool TakesRows(PlanCommand command, int batch) => command switch
    {
        CopyCommand copy => HasRows(copy.To, batch),
        KernelCommand kernel => kernel.RowShape.Length > 0 && kernel.RowShape[0] == batch,
        MatMulCommand product => TakesRows(product, batch),
        ReduceCommand reduce => HasRows(reduce.Result, batch) && !reduce.Op.Axes.Contains(0),
        ArgMaxCommand most => HasRows(most.Result, batch),
        GatherCommand gather => HasRows(gather.Index, batch),
        ScatterCommand { Adds: true } scatter => HasRows(scatter.Index, batch),
        CheckIndicesCommand check => HasRows(check.Index, batch),
        CheckBoundsCommand check => HasRows(check.Input, batch),
        _ => false,
    };

    private static bool TakesRows(MatMulCommand product, int batch)
    {
        MatMulForm form = product.Form;
        if (!HasRows(form.C, batch))
            return false;
        return form.RowsAreLoop
            ? form.Loops[0].Extent == batch && form.Loops[0].C == form.C.Strides[0]
            : form.RowsAreM && product.InvariantB && form.M.Extent == batch && form.M.C == form.C.Strides[0];
    }

    private static bool HasRows(BufferView view, int batch) => view.Rank > 0 && view.Shape[0] == batch;
}
