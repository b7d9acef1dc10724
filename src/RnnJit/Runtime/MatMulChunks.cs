using RnnJit.Plans;

namespace RnnJit.Runtime;

/// <summary>
/// A chunked matrix product: computed some time steps ahead of the one loop that reads it, so that its result stays in the cache.
/// </summary>
internal abstract class MatMulChunks(ChunkedMatMul chunked)
{
    private readonly int steps = chunked.Steps;
    private readonly int chunk = chunked.Chunk;
    private readonly int batch = chunked.Batch;

    public IEnumerable<BufferView> Views => chunked.Product.Views;

    /// <summary>Arithmetic of all chunks.</summary>
    public double Flops => chunked.Product.Flops;

    public int Count => chunked.Count;

    public string Describe => chunked.Describe;

    /// <summary>True where a loop at step t, its i-th, needs the next chunk.</summary>
    public bool Begins(int t, int i, bool reverse) => i == 0 || (t & (chunk - 1)) == (reverse ? chunk - 1 : 0);

    /// <summary>Computes the chunk of step t: some rows of the batch, all of them or panels of their columns.</summary>
    /// <param name="lengths">Number of steps of each row, whose padding is skipped; null: all steps.</param>
    public unsafe void Fill(in WorkShare share, int t, int* lengths)
    {
        int start = t & ~(chunk - 1), count = Math.Min(chunk, steps - start);
        var (rowStart, rowEnd) = share.RowEnd >= 0 ? (share.RowStart, share.RowEnd) : (0, batch);
        var (panelStart, panelEnd) = share.Of(Panels);

        // Steps with as many rows are one product; where they are several, their rows go past panels that stay in the cache.
        int atOnce = Alike(lengths, start, count, rowStart, rowEnd, out _) == count ? panelEnd - panelStart : PanelsAtOnce;
        for (int panel = panelStart; panel < panelEnd; panel += atOnce)
        {
            for (int step = 0, alike; step < count; step += alike)
            {
                alike = Alike(lengths, start + step, count - step, rowStart, rowEnd, out int end);
                if (end > rowStart)
                    Multiply(((long)(start + step) * batch) + rowStart, ((long)step * batch) + rowStart, end - rowStart, alike, panel,
                        Math.Min(panel + atOnce, panelEnd));
            }
        }
    }

    // Number of successive steps from t on with the same live rows of [rowStart, rowEnd); end is the row after the last live one.
    private static unsafe int Alike(int* lengths, int t, int steps, int rowStart, int rowEnd, out int end)
    {
        end = rowEnd;
        if (lengths == null)
            return steps;
        end = Math.Max(rowStart, ActiveRowCount.At(lengths, t, rowEnd));
        int alike = 1;
        while (alike < steps && Math.Max(rowStart, ActiveRowCount.At(lengths, t + alike, end)) == end)
            alike++;
        return alike;
    }

    public abstract void Resolve(PlanMemory memory);

    protected int Batch => batch;

    protected abstract int Panels { get; }

    protected abstract int PanelsAtOnce { get; }

    // So many rows of each of some steps.
    protected abstract void Multiply(long fromRow, long toRow, int rows, int steps, int panelStart, int panelEnd);
}

internal sealed class MatMulChunks<T>(ChunkedMatMul chunked) : MatMulChunks(chunked)
    where T : unmanaged
{
    private readonly MatMulInstruction<T> product = new(chunked.Product);

    public override void Resolve(PlanMemory memory) => product.Resolve(memory);

    protected override int Panels => product.Panels;

    protected override int PanelsAtOnce => product.PanelsAtOnce;

    protected override void Multiply(long fromRow, long toRow, int rows, int steps, int panelStart, int panelEnd) =>
        product.ExecuteRows(fromRow, toRow, rows, steps, Batch, panelStart, panelEnd);
}
