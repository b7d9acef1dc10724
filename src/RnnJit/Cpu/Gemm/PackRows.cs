using RnnJit.Cpu.Simd;

namespace RnnJit.Cpu.Gemm;

/// <summary>Brings rows of an A that is not contiguous along k into tiles [k][row], so that a kernel reads it as one stream.</summary>
internal static unsafe class PackRows
{
    /// <summary>Packs tiles [first, last); <paramref name="t"/> holds A at the first of them. Up to one vector past the last tile is overwritten.</summary>
    public static void Run<V, T>(RowTiles rows, int first, int last, in Tile<T> t, T* packed)
        where V : struct, ISimd<V, T>
        where T : unmanaged
    {
        int origin = rows.Start(first);
        int count = rows.Start(last) - origin;
        for (int tile = first; tile < last; tile++)
        {
            int row = rows.Start(tile) - origin;
            int height = rows.Rows(tile);
            T* from = t.A + row * t.ARow;
            if (t.ARow == 1)
                Contiguous<V, T>(from, t.ACol, height, count - row, t.K, packed);
            else
                Strided(from, t.ARow, t.ACol, height, t.K, packed);
            packed += (nint)height * t.K;
        }
    }

    // A store of a whole vector runs into the next k, which is written later: k goes up.
    private static void Contiguous<V, T>(T* from, nint aCol, int height, int readable, int k, T* to)
        where V : struct, ISimd<V, T>
        where T : unmanaged
    {
        for (; k > 0; k--, from += aCol, to += height)
        {
            for (int j = 0; j < height; j += V.Count)
            {
                V x = j + V.Count <= readable ? V.Load(ref *from, j) : V.LoadPartial(ref *from, j, readable - j);
                V.Store(x, ref *to, j);
            }
        }
    }

    private static void Strided<T>(T* from, nint aRow, nint aCol, int height, int k, T* to)
        where T : unmanaged
    {
        for (; k > 0; k--, from += aCol, to += height)
        {
            for (int r = 0; r < height; r++)
                to[r] = from[r * aRow];
        }
    }
}
