using RnnJit.Gpu.Kernels;
using RnnJit.Gpu.Running;
using RnnJit.Ops;
using RnnJit.Planning;
using RnnJit.Plans;

namespace RnnJit.Gpu.Lowering;

// Products and sums.
internal sealed partial class OperationWriter
{
    private LaunchOperation OfProduct(MatMulCommand product)
    {
        MatMulForm form = product.Form;
        bool packed = product.Packed is not null;
        var entry = table.Begin(MatMulWord.Words);
        entry.Address(MatMulWord.A, form.A);
        entry.Address(MatMulWord.B, product.Packed ?? form.B);
        entry.Address(MatMulWord.C, form.C);
        entry.Address(MatMulWord.Start, product.Init?.View);
        entry.Set(MatMulWord.M, form.M.Extent);
        entry.Set(MatMulWord.N, form.N.Extent);
        entry.Set(MatMulWord.K, form.K.Extent);
        entry.Set(MatMulWord.RowA, form.M.A);
        entry.Set(MatMulWord.RowC, form.M.C);
        entry.Set(MatMulWord.RowStart, product.Init?.Row ?? 0);
        entry.Set(MatMulWord.ColumnB, packed ? 1 : form.N.B);
        entry.Set(MatMulWord.ColumnC, form.N.C);
        entry.Set(MatMulWord.DepthA, form.K.A);
        entry.Set(MatMulWord.DepthB, packed ? form.N.Extent : form.K.B);
        entry.Set(MatMulWord.StartsFrom, product.Accumulate ? 1 : product.Init is null ? 0 : 2);
        entry.Set(MatMulWord.Reverse, product.Reverse ? 1 : 0);
        entry.Set(MatMulWord.Packed, packed ? 1 : 0);
        entry.Set(MatMulWord.Loops, form.Loops.Length);
        entry.Set(MatMulWord.SumLoops, form.SumLoops.Length);
        Activity(entry, product);
        for (int loop = 0; loop < form.Loops.Length; loop++)
            entry.Append(form.Loops[loop].Extent, form.Loops[loop].A, packed ? 0 : form.Loops[loop].B, form.Loops[loop].C,
                product.Init?.Loops[loop] ?? 0);
        foreach (MatMulLoop loop in form.SumLoops)
            entry.Append(loop.Extent, loop.A, packed ? 0 : loop.B);
        return Launch(typeof(MatMulKernel), nameof(MatMulKernel.Run), entry.Place, Turns(form) * form.M.Extent * form.N.Extent);
    }

    private static long Turns(MatMulForm form) => form.Loops.Aggregate(1L, (turns, loop) => turns * loop.Extent);

    private static void Activity(TableWriter.TableEntry entry, MatMulCommand product)
    {
        entry.Set(MatMulWord.Listed, -1);
        if (product.Rows is not { } rows)
            return;

        entry.Address(MatMulWord.Lengths, rows.Lengths);
        entry.Set(MatMulWord.Steps, rows.Steps);
        entry.Set(MatMulWord.Batch, rows.Batch);
        if (rows is { Kind: PaddingResult.AddsNothing, Axes: ActiveAxes.Rows })
        {
            entry.Address(MatMulWord.Listed, rows.Listed);
            return;
        }

        long inner = Turns(product.Form) / Math.Max(rows.Axes == ActiveAxes.Loops ? rows.Steps * rows.Batch : rows.Batch, 1);
        entry.Set(MatMulWord.Active, 1 + (int)rows.Axes);
        entry.Set(MatMulWord.Inner, Math.Max(inner, 1));
        entry.Set(MatMulWord.Ended, rows.Kind == PaddingResult.Zero ? 1 : rows.Kind == PaddingResult.Init && rows.Axes == ActiveAxes.Rows
            && product.Init is not null ? 2 : 0);
    }

    private LaunchOperation OfColumnSum(ColumnSumCommand sum)
    {
        var entry = table.Begin(ColumnSumWord.Words);
        entry.Address(ColumnSumWord.A, sum.A);
        entry.Address(ColumnSumWord.B, sum.B);
        entry.Address(ColumnSumWord.Result, sum.Result);
        entry.Address(ColumnSumWord.Lengths, sum.Active?.Lengths);
        entry.Set(ColumnSumWord.Rows, sum.Rows);
        entry.Set(ColumnSumWord.Columns, sum.Columns);
        entry.Set(ColumnSumWord.RowA, sum.ARow);
        entry.Set(ColumnSumWord.RowB, sum.BRow);
        entry.Set(ColumnSumWord.IsDot, sum.B is null ? 0 : 1);
        entry.Set(ColumnSumWord.Accumulate, sum.Accumulate ? 1 : 0);
        entry.Set(ColumnSumWord.Forwards, sum.Forwards ? 1 : 0);
        entry.Set(ColumnSumWord.Active, sum.Active is null ? 0 : sum.Active.Axes == ActiveAxes.SumOfSteps ? 2 : 1);
        entry.Set(ColumnSumWord.Batch, sum.Active?.Batch ?? 0);
        return Launch(typeof(SumKernels), nameof(SumKernels.Columns), entry.Place, sum.Columns);
    }

    private LaunchOperation OfReduce(ReduceCommand reduce)
    {
        BufferView x = reduce.Input;
        int[] kept = reduce.Kept, reduced = [.. reduce.Op.Axes.Order()];
        int Extent(int[] axes) => axes.Aggregate(1, (product, axis) => product * x.Shape[axis]);
        var entry = table.Begin(ReduceWord.Words);
        entry.Address(ReduceWord.Input, x);
        entry.Address(ReduceWord.Result, reduce.Result);
        entry.Set(ReduceWord.Count, Extent(kept));
        entry.Set(ReduceWord.Length, Extent(reduced));
        entry.Set(ReduceWord.Kept, kept.Length);
        entry.Set(ReduceWord.Reduced, reduced.Length);
        entry.Set(ReduceWord.IsRun, reduce.Op is SumOp && reduce.IsRun ? 1 : 0);
        entry.Set(ReduceWord.IsMaximum, reduce.Op is MaxReduceOp ? 1 : 0);
        entry.Append(kept.Select(axis => x.Shape[axis]));
        entry.Append(kept.Select(axis => x.Strides[axis]));
        entry.Append(kept.Select(axis => reduce.Result.Strides[axis]));
        entry.Append(reduced.Select(axis => x.Shape[axis]));
        entry.Append(reduced.Select(axis => x.Strides[axis]));
        return Launch(typeof(SumKernels), nameof(SumKernels.Reduce), entry.Place, Extent(kept));
    }

    private LaunchOperation OfArgMax(ArgMaxCommand most)
    {
        BufferView x = most.Input;
        int[] kept = [.. Enumerable.Range(0, x.Rank - 1)];
        var entry = table.Begin(ReduceWord.Words);
        entry.Address(ReduceWord.Input, x);
        entry.Address(ReduceWord.Result, most.Result);
        entry.Set(ReduceWord.Count, most.Result.Length);
        entry.Set(ReduceWord.Length, x.Shape[^1]);
        entry.Set(ReduceWord.Kept, kept.Length);
        entry.Set(ReduceWord.Reduced, 1);
        entry.Append(kept.Select(axis => x.Shape[axis]));
        entry.Append(kept.Select(axis => x.Strides[axis]));
        entry.Append(kept.Select(axis => most.Result.Strides[axis]));
        entry.Append(x.Shape[^1], x.Strides[^1]);
        return Launch(typeof(PickKernels), nameof(PickKernels.ArgMax), entry.Place, most.Result.Length);
    }
}
