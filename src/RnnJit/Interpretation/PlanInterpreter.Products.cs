using RnnJit.Planning;
using RnnJit.Plans;

namespace RnnJit.Interpretation;

// Matrix products, packing and sums over rows.
public sealed partial class PlanInterpreter
{
    // C[loops, m, n] = start + Σ A[loops, m, terms] · B[loops, n, terms]; of listed rows A has all as terms, B these alone.
    private void MatMul(MatMulCommand product, Loops at)
    {
        MatMulForm form = product.Form;
        double[]? lengths = LengthsOf(product.Rows, at), listed = product.Rows?.Listed is { } list ? Read(list, at).Data : null;
        MatMulLoop[] terms = listed is null ? [.. form.SumLoops, form.K] : [form.K with { Extent = (int)listed[0] }];
        MatMulLoop[] rows = listed is null ? terms : [form.K with { Extent = product.Rows!.Steps * product.Rows.Batch }];
        int columns = form.N.Extent, width = Size(rows), count = Size(terms);
        double[] a = Along(form.A, at, [.. form.Loops.Append(form.M).Concat(rows).Select(loop => (loop.Extent, loop.A))]);
        double[] b = product.Packed is { } packed
            ? Along(packed, at, [.. Fixed(form.Loops), (columns, 1), .. Fixed(terms[..^1]), (terms[^1].Extent, columns)])
            : Along(form.B, at, [.. form.Loops.Append(form.N).Concat(terms).Select(loop => (loop.Extent, loop.B))]);
        BufferView c = form.C.Over(form.Loops.Append(form.M).Append(form.N).Select(loop => (loop.Extent, loop.C)));
        double[]? starts = product.Init is { } init
            ? Along(init.View, at, [.. form.Loops.Zip(init.Loops, (loop, s) => (loop.Extent, s)), (form.M.Extent, init.Row), (columns, 1)])
            : product.Accumulate ? Read(c, at).Data : null;
        Write(c, at, flat =>
        {
            int row = flat / columns, m = row % form.M.Extent, l = row / form.M.Extent, most = count;
            bool rests = at.Runs?[form.RowsAreLoop ? l / Size(form.Loops[1..]) : m] == false;
            PaddingResult? ended = rests ? PaddingResult.Unread : lengths is null ? null : Ended(product, lengths, l, m, ref most);
            double sum = starts?[flat] ?? 0;
            for (int k = 0; ended is null && k < most; k++)
                sum += a[(row * width) + (int)(listed?[k + 1] ?? k)] * b[(((l * columns) + (flat % columns)) * count) + k];
            return ended switch { null or PaddingResult.Init => sum, PaddingResult.Zero => 0, _ => null };
        });
    }

    private static IEnumerable<(int, long)> Fixed(IEnumerable<MatMulLoop> loops) => loops.Select(loop => (loop.Extent, 0L));

    private static int Size(IEnumerable<MatMulLoop> loops) => loops.Aggregate(1, (size, loop) => size * loop.Extent);

    // The steps of the chunk that holds step t; a ring has room for one chunk.
    private void Chunk(ChunkedMatMul chunked, int t)
    {
        int start = t - (t % chunked.Chunk), count = Math.Min(chunked.Chunk, chunked.Steps - start);
        BufferView From(BufferView view, long row) => view with { Offset = view.Offset + ((long)start * chunked.Batch * row) };
        MatMulForm form = chunked.Product.Form;
        MatMulForm part = form with { A = From(form.A, form.M.A), M = form.M with { Extent = count * chunked.Batch } };
        AccumulatorInit? init = chunked.Product.Init is { } given ? given with { View = From(given.View, given.Row) } : null;
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

    private void PackListed(PackListedCommand pack, Loops at)
    {
        double[] listed = Read(pack.Rows.Listed!, at).Data;
        ActiveRows rows = pack.Rows;
        double[] from = Along(pack.Source, at, (rows.Steps, pack.TimeStride), (rows.Batch, pack.RowStride), (pack.N, pack.NStride));
        BufferView target = pack.Target.Over([((int)listed[0], pack.N), (pack.N, 1)]);
        Write(target, at, flat => from[((int)listed[(flat / pack.N) + 1] * pack.N) + (flat % pack.N)]);
    }

    private void ListRows(ListRowsCommand rows, Loops at)
    {
        double[] lengths = Read(rows.Lengths, at).Data;
        int[] running = [.. Enumerable.Range(0, rows.Steps).SelectMany(t => Enumerable.Range(t * rows.Batch, Count(lengths, t)))];
        Write(rows.Listed, at, i => i == 0 ? running.Length : i > running.Length ? null : rows.Forwards ? running[i - 1] : running[^i]);
    }

    // Rows are those of [T, B]; with sums of steps they are T, and columns those of [B, N].
    private void ColumnSum(ColumnSumCommand sum, Loops at)
    {
        double[] a = Along(sum.A, at, (sum.Rows, sum.ARow), (sum.Columns, 1)), before = Along(sum.Result, at, (sum.Columns, 1));
        double[]? b = sum.B is null ? null : Along(sum.B, at, (sum.Rows, sum.BRow), (sum.Columns, 1)), lengths = LengthsOf(sum.Active, at);
        int batch = sum.Active?.Batch ?? 1, width = sum.Columns / batch;
        bool steps = sum.Active?.Axes == ActiveAxes.SumOfSteps;
        Write(sum.Result.Over([(sum.Columns, 1)]), at, column => (sum.Accumulate ? before[column] : 0) + Enumerable.Range(0, sum.Rows)
            .Where(row => lengths is null || (steps ? column / width < Count(lengths, row) : row % batch < Count(lengths, row / batch)))
            .Sum(row => a[(row * sum.Columns) + column] * (b?[(row * sum.Columns) + column] ?? 1)));
    }

    // Rows up to the last one that runs at a step.
    private static int Count(double[] lengths, int t) => Array.FindLastIndex(lengths, length => length > t) + 1;

    // Null where row m of turn l of the loops is computed, of fewer terms where steps are summed to a row's end; else its value, or none.
    private static PaddingResult? Ended(MatMulCommand product, double[] lengths, int l, int m, ref int terms)
    {
        ActiveRows rows = product.Rows!;
        MatMulLoop[] loops = product.Form.Loops;
        if (rows.Axes == ActiveAxes.Rows)
        {
            var (t, row) = loops.Length == 0 ? (m / rows.Batch, m % rows.Batch) : (l, m);
            PaddingResult kind = rows.Kind == PaddingResult.Init && product.Init is null ? PaddingResult.Unread : rows.Kind;
            return kind == PaddingResult.AddsNothing || row < Count(lengths, t) ? null : kind;
        }

        int turns = rows.Axes == ActiveAxes.Loops ? rows.Steps * rows.Batch : rows.Batch, turn = l / (Size(loops) / turns);
        int steps = (int)lengths[turn % rows.Batch];
        if (rows.Axes == ActiveAxes.SumOfSteps)
            terms = steps;
        bool runs = rows.Axes switch { ActiveAxes.Loops => turn / rows.Batch < steps, ActiveAxes.Steps => m < steps, _ => true };
        return runs ? null : rows.Kind == PaddingResult.Zero ? PaddingResult.Zero : PaddingResult.Unread;
    }
}
