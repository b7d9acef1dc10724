using System.Runtime.CompilerServices;
using RnnJit.Cpu.Simd;

namespace RnnJit.Cpu.Gemm;

/// <summary>Copies a matrix, or one of several that are stacked along n or k, into the panels of a packed one.</summary>
internal static unsafe class PackPanels
{
    // As many streams to write to; where a panel is a multiple of a page long, they share sets of the
    // first-level cache, which has eight ways or more.
    private const int PanelsAtOnce = 8;

    /// <summary>Packs the part of <paramref name="source"/>, placed at (nOffset, kOffset), that falls into panels [panelStart,
    /// panelEnd).</summary>
    /// <remarks>The source that ends at the last column also clears the padding beside it.</remarks>
    public static void Run<V, T>(in PackSource<T> source, in PackedMatrix<T> target, int nOffset, int kOffset, int panelStart, int panelEnd)
        where V : struct, ISimd<V, T>
        where T : unmanaged
    {
        int width = 2 * V.Count;
        int end = nOffset + source.N;
        int firstPanel = Math.Max(panelStart, nOffset / width);
        int lastPanel = Math.Min(panelEnd, (end + width - 1) / width);
        for (int panel = firstPanel, count; panel < lastPanel; panel += count)
        {
            int column = Math.Max(nOffset, panel * width);
            int columns = Math.Min(end, (panel + 1) * width) - column;
            T* from = source.Data + (column - nOffset) * source.NStride;
            T* to = target.Data + ((nint)panel * target.K + kOffset) * width + (column - panel * width);
            count = 1;
            if (source.NStride == 1 && columns == width)
            {
                count = Math.Min(PanelsAtOnce, Math.Min(end / width, lastPanel) - panel);
                Columns.CopyPanels<V, T>(from, source.KStride, to, count, source.K, (nint)target.K * width);
                continue;
            }

            if (source.NStride == 1)
                Partial<V, T>(from, source.KStride, source.K, columns, to);
            else
                Transpose.Run(from, source.NStride, source.KStride, columns, source.K, to, width);
            if (column + columns == target.N)
                Clear(to + columns, width, source.K, (panel + 1) * width - target.N);
        }
    }

    // The last panel: fewer than NR columns are left.
    private static void Partial<V, T>(T* from, nint kStride, int k, int columns, T* to)
        where V : struct, ISimd<V, T>
        where T : unmanaged
    {
        int width = 2 * V.Count;
        int low = Math.Min(columns, V.Count);
        int high = columns - low;
        for (; k > 0; k--, from += kStride, to += width)
        {
            V.StorePartial(V.LoadPartial(ref *from, 0, low), ref *to, 0, low);
            if (high > 0)
                V.StorePartial(V.LoadPartial(ref *from, V.Count, high), ref *to, V.Count, high);
        }
    }

    private static void Clear<T>(T* to, int width, int k, int columns)
        where T : unmanaged
    {
        for (; k > 0 && columns > 0; k--, to += width)
            Unsafe.InitBlockUnaligned(to, 0, (uint)(columns * sizeof(T)));
    }
}
