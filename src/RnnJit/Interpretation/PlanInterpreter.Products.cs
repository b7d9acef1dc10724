using RnnJit.Planning;
using RnnJit.Plans;

namespace RnnJit.Interpretation;

// Matrix products, packing and sums over rows.
public sealed partial class PlanInterpreter
{
    // C[loops, m, n] = start + Σ A[loops, m, terms] · B[loops, n, terms]; where rows are listed these alone are the terms.
    private void MatMul(MatMulCommand product, Loops at)
    {
        var (form, active) = (product.Form, product.Rows);
        Func<int, int, bool> runs = Runs(active?.Lengths, at);
        MatMulLoop[] terms = active?.Listed is null ? [.. form.SumLoops, form.K] : [form.K with { Extent = active.Steps * active.Batch }];
        int columns = form.N.Extent, count = Size(terms), turns = Size(form.Loops);
        int[]? listed = active?.Listed is { } list ? Array.ConvertAll(Read(list, at).Data, number => (int)number) : null;
        int[] added = listed?[1..(listed[0] + 1)] ?? [.. Enumerable.Range(0, count)];
        double[] a = Along(form.A, at, [.. form.Loops.Append(form.M).Concat(terms).Select(loop => (loop.Extent, loop.A))]);
        double[] b = product.Packed is { } packed
            ? Along(packed, at, [.. form.Loops.Select(loop => (loop.Extent, 0L)), (columns, 1),
                .. terms[..^1].Select(loop => (loop.Extent, 0L)), (terms[^1].Extent, columns)])
            : Along(form.B, at, [.. form.Loops.Append(form.N).Concat(terms).Select(loop => (loop.Extent, loop.B))]);
        BufferView c = form.C.Over(form.Loops.Append(form.M).Append(form.N).Select(loop => (loop.Extent, loop.C)));
        double[]? starts = product.Init is { } init
            ? Along(init.View, at, [.. form.Loops.Zip(init.Loops, (loop, s) => (loop.Extent, s)), (form.M.Extent, init.Row), (columns, 1)])
            : product.Accumulate ? Read(c, at).Data : null;
        Write(c, at, flat =>
        {
            int row = flat / columns, m = row % form.M.Extent, l = row / form.M.Extent, column = (l * columns) + (flat % columns);
            if (at.Runs?[form.RowsAreLoop ? l / Size(form.Loops[1..]) : m] == false)
                return null;
            if (active is not null && active.Kind != PaddingResult.AddsNothing && !IsActive(active, form, l, m, runs))
                return active.Kind == PaddingResult.Zero ? 0 : active.Kind == PaddingResult.Init ? starts?[flat] : null;
            double sum = starts?[flat] ?? 0;
            foreach (int k in added)
                sum += active?.Axes != ActiveAxes.SumOfSteps
                    || runs(k, l / (turns / active.Batch)) ? a[(row * count) + k] * b[(column * count) + k] : 0;
            return sum;
        });
    }

    // True where row m of turn l of the loops lies before the end of its row of the batch.
    private static bool IsActive(ActiveRows active, MatMulForm form, int l, int m, Func<int, int, bool> runs)
    {
        if (active.Axes == ActiveAxes.Rows)
            return form.Loops.Length == 0 ? runs(m / active.Batch, m % active.Batch) : runs(l, m);
        int turn = l / (Size(form.Loops) / (active.Axes == ActiveAxes.Loops ? active.Steps * active.Batch : active.Batch));
        return active.Axes == ActiveAxes.Loops ? runs(turn / active.Batch, turn % active.Batch) : runs(m, turn);
    }

    private static int Size(IEnumerable<MatMulLoop> loops) => loops.Aggregate(1, (size, loop) => size * loop.Extent);

    // Rows of step t, in the place of the ring where the loop reads them.
    private void Chunked(ChunkedMatMul chunked, int t)
    {
        BufferView At(BufferView view, int step, long row) => view with { Offset = view.Offset + ((long)step * chunked.Batch * row) };
        MatMulForm form = chunked.Product.Form;
        MatMulForm part = form with
        {
            A = At(form.A, t, form.M.A),
            C = At(form.C, t % chunked.Chunk, form.M.C),
            M = form.M with { Extent = chunked.Batch }
        };
        AccumulatorInit? init = chunked.Product.Init is { } given ? given with { View = At(given.View, t, given.Row) } : null;
        MatMul(chunked.Product with { Form = part, Init = init }, default);
    }

    // Element (k, n) of a packed matrix lies at k · N + n, whatever the panels of the target are and from whichever k its sums begin.
    private void Pack(PackCommand pack, Loops at)
    {
        foreach (PackPart part in pack.Parts)
        {
            BufferView to = pack.Target with { Offset = pack.Target.Offset + ((long)part.KOffset * pack.N) + part.NOffset };
            Write(to.Over([(part.K, pack.N), (part.N, 1)]), at, Read(part.View.Over([(part.K, part.KStride), (part.N, part.NStride)]), at));
        }
    }

    private void ListRows(ListRowsCommand rows, Loops at)
    {
        Func<int, int, bool> runs = Runs(rows.Lengths, at);
        int[] active = [.. Enumerable.Range(0, rows.Steps * rows.Batch).Where(row => runs(row / rows.Batch, row % rows.Batch))];
        Write(rows.Listed, at, i => i == 0 ? active.Length : i > active.Length ? null : rows.Forwards ? active[i - 1] : active[^i]);
    }

    // Rows are those of [T, B]; with sums of steps they are T, and columns those of [B, N].
    private void ColumnSum(ColumnSumCommand sum, Loops at)
    {
        double[] a = Along(sum.A, at, (sum.Rows, sum.ARow), (sum.Columns, 1)), before = Along(sum.Result, at, (sum.Columns, 1));
        double[]? b = sum.B is null ? null : Along(sum.B, at, (sum.Rows, sum.BRow), (sum.Columns, 1));
        Func<int, int, bool> runs = Runs(sum.Active?.Lengths, at);
        int batch = sum.Active?.Batch ?? 1, width = sum.Columns / batch;
        bool IsActive(int row, int column) =>
            sum.Active?.Axes == ActiveAxes.SumOfSteps ? runs(row, column / width) : runs(row / batch, row % batch);
        Write(sum.Result.Over([(sum.Columns, 1)]), at, column => (sum.Accumulate ? before[column] : 0) + Enumerable.Range(0, sum.Rows)
            .Where(row => IsActive(row, column)).Sum(row => a[(row * sum.Columns) + column] * (b?[(row * sum.Columns) + column] ?? 1)));
    }
}
