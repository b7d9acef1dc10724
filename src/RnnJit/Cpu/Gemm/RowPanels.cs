using RnnJit.Cpu.Simd;

namespace RnnJit.Cpu.Gemm;

/// <summary>Panels of a matrix with contiguous rows.</summary>
internal readonly unsafe struct RowPanels<V, T>(in GemmArguments<T> g) : IPanels<T>
    where V : struct, ISimd<V, T>
    where T : unmanaged
{
    private readonly T* data = g.B;
    private readonly nint row = g.BRow;

    public Copying Copying => Copying.WorthWhile;

    public void Take(int panel, int panels, int k, int columns, int count, T* copy, ref Tile<T> tile)
    {
        int width = 2 * V.Count;
        tile.B = At(panel, k);
        tile.BRow = row;
        tile.BPanel = width;
        if (copy == null)
            return;

        tile.BPanel = (nint)width * count;
        if (columns < width)
            Columns.Copy<V, T>(tile.B, row, copy, width, count, columns, width);
        else
            Columns.CopyPanels<V, T>(tile.B, row, copy, panels, count, tile.BPanel);
        tile.B = copy;
        tile.BRow = width;
    }

    public void SetPrefetch(int panel, int k, ref Tile<T> tile)
    {
        (tile.PrefetchRow, tile.PrefetchPanel) = (row, 2 * V.Count);
        tile.PrefetchB = At(panel, k);
    }

    private T* At(int panel, int k) => data + (panel * (nint)(2 * V.Count)) + (k * row);
}
