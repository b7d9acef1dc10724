using RnnJit.Ir;
using RnnJit.Planning;
using RnnJit.Plans;

namespace RnnJit.Interpretation;

// Matrix products, packing and sums over rows.
public sealed partial class PlanInterpreter
{
    private void MatMul(MatMulCommand product, Loops loops)
    {
        MatMulForm form = product.Form;
        double[] a = Memory(form.A.Buffer), b = Memory((product.Packed ?? form.B).Buffer), c = Memory(form.C.Buffer);
        double[]? init = product.Init is null ? null : Memory(product.Init.View.Buffer);
        long pa = Start(form.A, loops), pb = Start(product.Packed ?? form.B, loops), pc = Start(form.C, loops), pi = product.Init is null ? 0 : Start(product.Init.View, loops);
        int[] extents = [.. form.Loops.Select(loop => loop.Extent)], sums = [.. form.SumLoops.Select(loop => loop.Extent)];
        var active = new ActiveProduct(product, product.Rows is null ? null : Read(product.Rows.Lengths, loops).Data);
        double[]? listed = product.Rows?.Listed is { } list ? Read(list, loops).Data : null;
        NdArray.ForEach(extents, (index, l) =>
        {
            long oa = pa + Offset(index, [.. form.Loops.Select(loop => loop.A)]), ob = pb + Offset(index, [.. form.Loops.Select(loop => loop.B)]);
            long oc = pc + Offset(index, [.. form.Loops.Select(loop => loop.C)]), oi = product.Init is null ? 0 : pi + Offset(index, product.Init.Loops);
            for (int m = 0; m < form.M.Extent; m++)
            {
                RowEnd? ended = active.Of(l, m, out int depth);
                for (int n = 0; n < form.N.Extent && ended is null or RowEnd.Zero or RowEnd.Start; n++)
                {
                    long target = oc + (m * form.M.C) + (n * Math.Max(form.N.C, 1));
                    double start = product.Accumulate ? c[target] : init is null ? 0 : init[oi + (m * product.Init!.Row) + n];
                    c[target] = ended == RowEnd.Zero ? 0 : ended == RowEnd.Start ? start : start + Sum(m, n, depth, oa, ob);
                }
            }
        });

        double Sum(int m, int n, int depth, long oa, long ob)
        {
            double sum = 0;
            int count = listed is null ? depth : (int)listed[0];
            NdArray.ForEach(sums, (index, _) =>
            {
                long sa = oa + (m * form.M.A) + (listed is null ? Offset(index, [.. form.SumLoops.Select(loop => loop.A)]) : 0), sb = ob + Offset(index, [.. form.SumLoops.Select(loop => loop.B)]);
                for (int k = 0; k < count; k++)
                {
                    long row = listed is not null ? (long)listed[k + 1] : product.Reverse ? depth - 1 - k : k;
                    double right = product.Packed is null ? b[sb + (row * form.K.B) + (n * form.N.B)] : b[sb + ((long)k * form.N.Extent) + n];
                    sum += a[sa + (row * form.K.A)] * right;
                }
            });
            return sum;
        }
    }

    private void Pack(PackCommand pack, Loops loops)
    {
        double[] to = Memory(pack.Target.Buffer);
        long target = Start(pack.Target, loops);
        foreach (PackPart part in pack.Parts)
        {
            double[] from = Memory(part.View.Buffer);
            long source = Start(part.View, loops);
            for (int k = 0; k < part.K; k++)
            {
                int row = pack.Reverse ? pack.K - 1 - part.KOffset - k : part.KOffset + k;
                for (int n = 0; n < part.N; n++)
                    to[target + ((long)row * pack.N) + part.NOffset + n] = from[source + (n * part.NStride) + (k * part.KStride)];
            }
        }
    }

    private void PackListed(PackListedCommand pack, Loops loops)
    {
        double[] rows = Read(pack.Rows.Listed!, loops).Data, from = Memory(pack.Source.Buffer), to = Memory(pack.Target.Buffer);
        for (int k = 0; k < (int)rows[0]; k++)
        {
            int row = (int)rows[k + 1];
            long source = Start(pack.Source, loops) + (row / pack.Rows.Batch * pack.TimeStride) + (row % pack.Rows.Batch * pack.RowStride);
            for (int n = 0; n < pack.N; n++)
                to[Start(pack.Target, loops) + ((long)k * pack.N) + n] = from[source + (n * pack.NStride)];
        }
    }

    private void ListRows(ListRowsCommand rows, Loops loops)
    {
        double[] lengths = Read(rows.Lengths, loops).Data;
        int[] running = [.. Enumerable.Range(0, rows.Steps).SelectMany(t => Enumerable.Range(0, ActiveProduct.Count(lengths, t)).Select(row => (t * rows.Batch) + row))];
        double[] listed = Read(rows.Listed, loops).Data;
        listed[0] = running.Length;
        for (int i = 0; i < running.Length; i++)
            listed[i + 1] = rows.Forwards ? running[i] : running[running.Length - 1 - i];
        Write(rows.Listed, loops, new NdArray(rows.Listed.Shape, listed));
    }

    private void ColumnSum(ColumnSumCommand sum, Loops loops)
    {
        double[] a = Memory(sum.A.Buffer), b = Memory((sum.B ?? sum.A).Buffer), to = Memory(sum.Result.Buffer);
        double[]? lengths = sum.Active is null ? null : Read(sum.Active.Lengths, loops).Data;
        long pa = Start(sum.A, loops), pb = sum.B is null ? 0 : Start(sum.B, loops), target = Start(sum.Result, loops);
        for (int column = 0; column < sum.Columns; column++)
        {
            double total = sum.Accumulate ? to[target + column] : 0;
            for (int row = 0; row < sum.Rows; row++)
            {
                // Columns of [B, N] or rows of [T, B].
                bool runs = lengths is null || (sum.Active!.Axes == ActiveAxes.SumOfSteps
                    ? column < ActiveProduct.Count(lengths, row) * (sum.Columns / sum.Active.Batch)
                    : row % sum.Active.Batch < ActiveProduct.Count(lengths, row / sum.Active.Batch));
                total += runs ? a[pa + (row * sum.ARow) + column] * (sum.B is null ? 1 : b[pb + (row * sum.BRow) + column]) : 0;
            }

            to[target + column] = total;
        }
    }
}

/// <summary>Rows of a matrix product with lengths that are computed.</summary>
internal sealed class ActiveProduct(MatMulCommand product, double[]? lengths)
{
    private readonly MatMulForm form = product.Form;
    private readonly ActiveRows? rows = product.Rows;
    private readonly int loops = product.Form.Loops.Aggregate(1, (count, loop) => count * loop.Extent);

    /// <summary>Rows up to the last one that runs at a step.</summary>
    public static int Count(double[] lengths, int t) => Array.FindLastIndex(lengths, length => length > t) + 1;

    /// <summary>Null where row m of turn l of the loops is computed, else its value: 0, the initial one, or none.</summary>
    /// <param name="depth">Terms of its sum.</param>
    public RowEnd? Of(int l, int m, out int depth)
    {
        depth = form.K.Extent;
        if (lengths is null || rows!.Kind == RowEnd.AddsNothing && rows.Axes == ActiveAxes.Rows)
            return null;
        if (rows.Axes == ActiveAxes.Rows)
        {
            int t = form.Loops.Length == 0 ? m / rows.Batch : l, row = form.Loops.Length == 0 ? m % rows.Batch : m;
            return row < Count(lengths, t) ? null : rows.Kind == RowEnd.Start && product.Init is null ? RowEnd.Unread : rows.Kind;
        }

        int inner = loops / (rows.Axes == ActiveAxes.Loops ? rows.Steps * rows.Batch : rows.Batch), steps = (int)lengths[l / inner % rows.Batch];
        depth = rows.Axes == ActiveAxes.SumOfSteps ? steps : depth;
        bool runs = rows.Axes switch { ActiveAxes.Loops => l / inner / rows.Batch < steps, ActiveAxes.Steps => m < steps, _ => true };
        return runs ? null : rows.Kind == RowEnd.Zero ? RowEnd.Zero : RowEnd.Unread;
    }
}
