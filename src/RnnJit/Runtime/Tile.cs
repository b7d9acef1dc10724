using RnnJit.Cpu;

namespace RnnJit.Runtime;

/// <summary>
/// A product over all time steps that a loop alone reads, computed some steps ahead of the loop: what it gives stays in the cache and never needs memory for all steps.
/// </summary>
internal abstract class Tile(int steps, int chunk, int batch)
{
    /// <summary>Its name among the passes that can be switched off.</summary>
    public const string Name = "tile";

    // Below, all of it stays in the last-level cache anyway; and so many rows keep a product efficient.
    private const long LeastBytes = 8 << 20;
    private const int LeastRows = 256;

    /// <summary>Time steps of a tile, a power of two; 0 where a tile is worth nothing.</summary>
    public static int Chunk(int steps, int batch, long bytesPerStep)
    {
        int chunk = 1;
        while (chunk * batch < LeastRows)
            chunk *= 2;
        return steps >= 2 * chunk && steps * bytesPerStep > LeastBytes ? chunk : 0;
    }

    public abstract IEnumerable<View> Views { get; }

    public abstract string Product { get; }

    /// <summary>Arithmetic of all tiles.</summary>
    public abstract double Flops { get; }

    public int Count => (steps + chunk - 1) / chunk;

    public string Describe => $"{Product}, {chunk} steps at a time";

    /// <summary>Whether a loop that comes to step t, its i-th, needs another tile.</summary>
    public bool Begins(int t, int i, bool reverse) => i == 0 || (t & (chunk - 1)) == (reverse ? chunk - 1 : 0);

    /// <summary>Computes the tile with step t: some rows of the batch, all of them or panels of their columns.</summary>
    /// <param name="lengths">How many steps each row has; null: all of them. Rows behind their end are left out.</param>
    public unsafe void Fill(in Share share, int t, int* lengths)
    {
        int start = t & ~(chunk - 1), count = Math.Min(chunk, steps - start);
        var (rowStart, rowEnd) = share.RowEnd >= 0 ? (share.RowStart, share.RowEnd) : (0, batch);
        var (panelStart, panelEnd) = share.Of(Panels);
        bool whole = rowEnd - rowStart == batch && (lengths == null || LiveRows.Count(lengths, start + count - 1, rowEnd) == rowEnd);
        if (whole)
        {
            Multiply((long)start * batch, 0, count * batch, panelStart, panelEnd);
            return;
        }

        // The rows of all steps go past panels that stay in the cache.
        for (int panel = panelStart; panel < panelEnd; panel += PanelsAtOnce)
        {
            for (int step = 0, end = rowEnd; step < count; step++)
            {
                end = lengths == null ? rowEnd : Math.Max(rowStart, LiveRows.Count(lengths, start + step, end));
                if (end > rowStart)
                    Multiply(((long)(start + step) * batch) + rowStart, ((long)step * batch) + rowStart, end - rowStart, panel, Math.Min(panel + PanelsAtOnce, panelEnd));
            }
        }
    }

    public abstract void Resolve();

    protected abstract int Panels { get; }

    protected abstract int PanelsAtOnce { get; }

    protected abstract void Multiply(long fromRow, long toRow, int rows, int panelStart, int panelEnd);
}

internal sealed class ProductTile<T>(ProductInstruction<T> product, int steps, int chunk, int batch) : Tile(steps, chunk, batch)
    where T : unmanaged
{
    public override IEnumerable<View> Views => product.Views;

    public override string Product => product.Describe;

    public override double Flops => product.Flops;

    public override void Resolve() => product.Resolve();

    protected override int Panels => product.Panels;

    protected override int PanelsAtOnce => product.PanelsAtOnce;

    protected override void Multiply(long fromRow, long toRow, int rows, int panelStart, int panelEnd) => product.ExecuteRows(fromRow, toRow, rows, panelStart, panelEnd);
}
