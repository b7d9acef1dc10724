using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using RnnJit.Cpu.Simd;

namespace RnnJit.Cpu.Gemm;

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
