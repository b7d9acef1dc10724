using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using RnnJit.Cpu.Simd;

namespace RnnJit.Cpu.Gemm;

/// <summary>Packs rows of A into tiles [k][row], indices a micro-kernel reads as one stream.</summary>
internal static unsafe class PackRows
{
    // The hardware prefetcher follows no stride of several kilobytes.
    private const int PrefetchRows = 12;

    /// <summary>Elements from one tile to the next: a store of a whole vector may run past the end of a tile.</summary>
    public static nint TileLength<V, T>(int height, int k)
        where V : struct, ISimd<V, T>
        where T : unmanaged => ((nint)height * k) + Math.Max(V.Count, 8);

    /// <summary>Packs tiles [first, last); <paramref name="t"/> holds A at the first of them.</summary>
    /// <param name="indices">The numbers of the columns of A, null for all in order.</param>
    public static void Run<V, T>(RowTiles rows, int first, int last, in Tile<T> t, int* indices, T* packed)
        where V : struct, ISimd<V, T>
        where T : unmanaged
    {
        int begin = first, left = rows.Start(last) - rows.Start(first);
        while (first < last)
        {
            T* from = t.A + rows.Offset(begin, first, t.ARow, t.ASegment);
            int height = rows.Rows(first);
            int tiles = Math.Min(rows.EndOfAlike(first), last) - first;

            // The vector of the last tile may reach past the last row.
            int whole = t.ARow == 1 && height <= V.Count ? Math.Clamp((left - V.Count) / height + 1, 0, tiles) : 0;
            if (left < V.Count)
                whole = 0;
            Contiguous<V, T>(from, t.ACol, indices, height, whole, t.K, packed);
            if (t.ACol == 1 && indices == null)
            {
                for (; whole < tiles; whole++)
                    Transpose.Narrow(from + (whole * height * t.ARow), t.ARow, height, t.K,
                        packed + (whole * TileLength<V, T>(height, t.K)));
            }

            for (int tile = whole; tile < tiles; tile++)
                Strided(from + tile * height * t.ARow, t.ARow, t.ACol, indices, height, t.K, packed + tile * TileLength<V, T>(height, t.K));

            packed += tiles * TileLength<V, T>(height, t.K);
            left -= tiles * height;
            first += tiles;
        }
    }

    // k outside: each pass reads one range of memory. A store runs into the next k of its tile, which is written later.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Contiguous<V, T>(T* from, nint aCol, int* indices, int height, int tiles, int k, T* packed)
        where V : struct, ISimd<V, T>
        where T : unmanaged
    {
        nint tileLength = TileLength<V, T>(height, k);
        nint ahead = indices == null ? PrefetchRows * aCol : -PrefetchRows * aCol;
        for (int column = 0; column < k; column++, packed += height)
        {
            T* source = from + (indices == null ? column : indices[column]) * aCol;
            T* to = packed;
            for (int tile = tiles; tile > 0; tile--, source += height, to += tileLength)
            {
                if (Sse.IsSupported)
                    Sse.Prefetch0(source + ahead);
                V.Store(V.Load(ref *source, 0), ref *to, 0);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Strided<T>(T* from, nint aRow, nint aCol, int* indices, int height, int k, T* to)
        where T : unmanaged
    {
        for (int column = 0; column < k; column++, to += height)
        {
            T* source = from + (indices == null ? column : indices[column]) * aCol;
            for (int r = 0; r < height; r++)
                to[r] = source[r * aRow];
        }
    }
}
