using RnnJit.Cpu.Simd;

namespace RnnJit.Cpu.Gemm;

/// <summary>Panels as <see cref="Gemm.Pack{T}"/> wrote them, padded.</summary>
internal readonly unsafe struct PackedPanels<V, T>(in GemmArguments<T> g) : IPanels<T>
    where V : struct, ISimd<V, T>
    where T : unmanaged
{
    private readonly T* data = g.B;
    private readonly int rows = g.K;

    public Copying Copying => Copying.Never;

    public void Take(int panel, int panels, int k, int columns, int count, T* copy, ref Tile<T> tile)
    {
        (tile.BRow, tile.BPanel) = (Width, Width * rows);
        tile.B = At(panel, k);
    }

    public void SetPrefetch(int panel, int k, ref Tile<T> tile)
    {
        (tile.PrefetchRow, tile.PrefetchPanel) = (Width, Width * rows);
        tile.PrefetchB = At(panel, k);
    }

    private static nint Width => 2 * V.Count;

    private T* At(int panel, int k) => data + (((panel * (nint)rows) + k) * Width);
}
