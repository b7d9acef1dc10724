using RnnJit.Cpu;

namespace RnnJit.Runtime;

/// <summary>
/// A product over all time steps that a loop alone reads, computed some steps ahead of the loop: what it gives stays in the cache and never needs memory for all steps.
/// </summary>
internal abstract class Tile(int steps, int chunk, int batch)
{
    /// <summary>Its name among the passes that can be switched off.</summary>
    public const string Name = "tile";

    /// <summary>Time steps of a tile, a power of two; 0 where a tile is worth nothing.</summary>
    public static int Chunk(int steps, int batch, long bytesPerStep, TileLimits limits)
    {
        if (batch == 0)
            return 0;
        int chunk = 1;
        while ((long)chunk * batch < limits.LeastRows)
            chunk *= 2;
        return steps >= 2 * chunk && steps * bytesPerStep > limits.LeastBytes ? chunk : 0;
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

        // Steps with as many rows are one product; where they are several, their rows go past panels that stay in the cache.
        int atOnce = Alike(lengths, start, count, rowStart, rowEnd, out _) == count ? panelEnd - panelStart : PanelsAtOnce;
        for (int panel = panelStart; panel < panelEnd; panel += atOnce)
        {
            for (int step = 0, alike; step < count; step += alike)
            {
                alike = Alike(lengths, start + step, count - step, rowStart, rowEnd, out int end);
                if (end > rowStart)
                    Multiply(((long)(start + step) * batch) + rowStart, ((long)step * batch) + rowStart, end - rowStart, alike, panel, Math.Min(panel + atOnce, panelEnd));
            }
        }
    }

    // How many of the next steps have as many rows of [rowStart, rowEnd) that run, and behind the last of them.
    private static unsafe int Alike(int* lengths, int t, int steps, int rowStart, int rowEnd, out int end)
    {
        end = rowEnd;
        if (lengths == null)
            return steps;
        end = Math.Max(rowStart, LiveRows.Count(lengths, t, rowEnd));
        int alike = 1;
        while (alike < steps && Math.Max(rowStart, LiveRows.Count(lengths, t + alike, end)) == end)
            alike++;
        return alike;
    }

    public abstract void Resolve();

    protected int Batch => batch;

    protected abstract int Panels { get; }

    protected abstract int PanelsAtOnce { get; }

    // So many rows of each of some steps.
    protected abstract void Multiply(long fromRow, long toRow, int rows, int steps, int panelStart, int panelEnd);
}

/// <summary>The limits of tiling. A product of fewer bytes stays in the last-level cache without tiles; a tile has so many rows that its product is efficient.</summary>
internal sealed record TileLimits(long LeastBytes, int LeastRows)
{
    public static TileLimits Usual { get; } = new(8 << 20, 256);
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

    protected override void Multiply(long fromRow, long toRow, int rows, int steps, int panelStart, int panelEnd) =>
        product.ExecuteRows(fromRow, toRow, rows, steps, Batch, panelStart, panelEnd);
}
