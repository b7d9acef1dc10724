using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using RnnJit.Cpu.Simd;

namespace RnnJit.Cpu.Gemm;

/// <summary>When panels are copied before they are read.</summary>
internal enum Copying
{
    Never,
    WorthWhile,
    Always,
}

/// <summary>A source of panels of B.</summary>
internal unsafe interface IPanels<T>
    where T : unmanaged
{
    Copying Copying { get; }

    /// <summary>Sets B, BRow and BPanel of a tile to rows [k, k + count) of some panels, the last of which has so many columns.</summary>
    /// <param name="copy">Room for count rows of those panels; null to read it as it lies, where all columns exist.</param>
    void Take(int panel, int panels, int k, int columns, int count, T* copy, ref Tile<T> tile);

    /// <summary>Sets the prefetch pointer and its strides to row k of the panel that is taken next.</summary>
    void SetPrefetch(int panel, int k, ref Tile<T> tile);
}

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

/// <summary>Panels that are stored in 16 bits and widened.</summary>
internal readonly unsafe struct StoredPanels<V, S>(in GemmArguments<float> g) : IPanels<float>
    where V : struct, ISimd<V, float>
    where S : struct, IStored<V, float>
{
    private readonly byte* data = (byte*)g.B;
    private readonly int rows = g.K;

    public Copying Copying => Copying.Always;

    public void Take(int panel, int panels, int k, int columns, int count, float* copy, ref Tile<float> tile)
    {
        nint width = 2 * V.Count;
        byte* from = At(panel, k);
        tile.B = copy;
        tile.BRow = width;
        tile.BPanel = width * count;
        for (int p = 0; p < panels; p++, from += rows * width * S.Size, copy += tile.BPanel)
            Widen(from, copy, count);
    }

    public void SetPrefetch(int panel, int k, ref Tile<float> tile)
    {
        tile.PrefetchRow = 2 * V.Count * S.Size / sizeof(float);
        tile.PrefetchPanel = tile.PrefetchRow * rows;
        tile.PrefetchB = (float*)At(panel, k);
    }

    private byte* At(int panel, int k) => data + (((panel * (nint)rows) + k) * 2 * V.Count * S.Size);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Widen(byte* from, float* to, int count)
    {
        nint width = 2 * V.Count;
        for (; count > 0; count--, from += width * S.Size, to += width)
        {
            V.Store(S.Low(from, 0), ref *to, 0);
            V.Store(S.High(from, 0), ref *to, V.Count);
        }
    }
}

/// <summary>Columns of rows that need not fill vectors.</summary>
internal static unsafe class Columns
{
    // The hardware prefetcher follows no stride of several kilobytes.
    private const int PrefetchRows = 12;

    /// <summary>Copies some panels row by row, all panels of a row at once, so that distant memory is visited once.</summary>
    /// <param name="panel">From one panel of the copy to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void CopyPanels<V, T>(T* from, nint fromRow, T* copy, int panels, int rows, nint panel)
        where V : struct, ISimd<V, T>
        where T : unmanaged
    {
        int width = 2 * V.Count;
        nint ahead = PrefetchRows * fromRow;
        for (; rows > 0; rows--, from += fromRow, copy += width)
        {
            T* to = copy, source = from;
            for (int p = panels; p > 0; p--, source += width, to += panel)
            {
                if (Sse.IsSupported)
                {
                    Sse.Prefetch0(source + ahead);
                    if (V.Count * sizeof(T) == 64)
                        Sse.Prefetch0(source + ahead + V.Count);
                }

                V.Store(V.Load(ref *source, 0), ref *to, 0);
                V.Store(V.Load(ref *source, V.Count), ref *to, V.Count);
            }
        }
    }

    /// <summary>Copies <paramref name="read"/> columns of each row and writes <paramref name="write"/>, the rest of them 0.</summary>
    public static void Copy<V, T>(T* from, nint fromRow, T* to, nint toRow, int rows, int read, int write)
        where V : struct, ISimd<V, T>
        where T : unmanaged
    {
        for (; rows > 0; rows--, from += fromRow, to += toRow)
        {
            for (int j = 0; j < write; j += V.Count)
                V.StorePartial(V.LoadPartial(ref *from, j, Math.Clamp(read - j, 0, V.Count)), ref *to, j, Math.Min(write - j, V.Count));
        }
    }
}
