using RnnJit.Plans;

namespace RnnJit.Runtime;

internal sealed unsafe partial class KernelInstruction
{
    private readonly KernelRows? kernelRows;
    private Address lengths;

    private void ExecuteActiveRows(in WorkShare share, in LoopIndices clock)
    {
        ActiveRows active = kernelRows!.Rows;
        int* length = (int*)lengths.At(clock);
        if (active.BatchFirst)
        {
            ExecuteBatchFirst(active, length, share, clock);
            return;
        }

        ClearEnded(length, share, clock);
        int total = 0, start = 0, end = columns, firstRow = 0, lastRow;
        for (int row = 0; row < active.Batch; row++)
            total += Math.Clamp(length[row], 0, active.Steps);
        lastRow = total;
        if (share.Parts > 1 && byColumns && total < 4 * share.Parts && columns >= ColumnUnit * share.Parts)
            (start, end) = share.Of(columns, ColumnUnit);
        else if (share.Parts > 1)
            (firstRow, lastRow) = share.Of(total);

        // Of the rows that run, those from the first to the last, step by step.
        for (int t = 0, before = 0; t < active.Steps && before < lastRow && start < end; t++)
        {
            for (int row = 0; row < active.Batch;)
            {
                int run = RunEnd(length, t, row, active.Batch);
                if (length[row] > t)
                {
                    int from = Math.Max(firstRow - before, 0), to = Math.Min(lastRow - before, run - row);
                    if (from < to)
                        Call(t, row + from, row + to, start, end, clock);
                    before += run - row;
                }

                row = run;
            }
        }
    }

    // Length of each row of the batch; rows are assigned to workers in turn.
    private void ExecuteBatchFirst(ActiveRows active, int* length, in WorkShare share, in LoopIndices clock)
    {
        for (int row = share.Part; row < active.Batch; row += share.Parts)
        {
            if (share.RowEnd >= 0 && (row < share.RowStart || row >= share.RowEnd))
                continue;
            int steps = Math.Clamp(length[row], 0, active.Steps);
            if (steps > 0)
                Call(row, 0, steps, 0, columns, clock);
            foreach (int output in kernelRows!.Zeros)
            {
                BufferView view = views[op.Inputs.Count + output];
                byte* data = addresses[op.Inputs.Count + output].At(clock);
                for (int t = steps; t < active.Steps; t++)
                    StridedMemory.Clear(data + (((row * view.Strides[0]) + (t * view.Strides[1])) * view.ElementSize), view.Strides,
                        view.Shape, view.ElementSize, 2);
            }
        }
    }

    // End of the run of neighbouring rows that are all live, or all ended, at step t.
    private static int RunEnd(int* length, int t, int row, int batch)
    {
        bool runs = length[row] > t;
        int end = row + 1;
        while (end < batch && length[end] > t == runs)
            end++;
        return end;
    }

    // Runs the kernel on the rows of one step, or on the steps of one row: ranges of the first two outer dimensions, with all of the
    // remaining ones.
    private void Call(int t, int row, int rowEnd, int start, int end, in LoopIndices clock)
    {
        if (outer.Length == 1)
        {
            Call(t, t + 1, row * rowsOfBatch, rowEnd * rowsOfBatch, start, end, clock);
            return;
        }

        int inner = 1;
        for (int axis = 2; axis < outer.Length; axis++)
            inner *= outer[axis];
        int first = t * outer[1] * inner;
        Call(first + (row * inner), first + (rowEnd * inner), 0, rows, start, end, clock);
    }

    private void ClearEnded(int* length, in WorkShare share, in LoopIndices clock)
    {
        ActiveRows active = kernelRows!.Rows;
        var (start, end) = share.Of(active.Steps);
        foreach (int output in kernelRows.Zeros)
        {
            BufferView view = views[op.Inputs.Count + output];
            byte* data = addresses[op.Inputs.Count + output].At(clock);
            for (int t = start; t < end; t++)
            {
                for (int row = 0; row < active.Batch; row++)
                {
                    if (length[row] <= t)
                        StridedMemory.Clear(data + (((t * view.Strides[0]) + (row * view.Strides[1])) * view.ElementSize), view.Strides,
                            view.Shape, view.ElementSize, 2);
                }
            }
        }
    }
}
