using System.Runtime.CompilerServices;
using RnnJit.Cpu.Simd;

namespace RnnJit.Cpu.Gemm;

/// <summary>
/// Matrix-vector product: one row times a packed B, for streams and batch 1. B is read once, so there is no blocking; up to six panels are
/// multiplied at once, with twelve accumulators.
/// </summary>
internal static unsafe class OneRow<V, T, S>
    where V : struct, ISimd<V, T>
    where T : unmanaged
    where S : struct, IStored<V, T>
{
    private static int Width => 2 * V.Count;

    /// <summary>c[n] = (start[n] or 0) + Σ_k a[k] · B[k, n] for panels [first, end) of a B of k rows and n columns.</summary>
    public static void Run(in GemmArguments<T> g, int first, int end)
    {
        int full = Math.Min(end, g.N / Width), last = g.N - (full * Width);
        var t = new Tile<T> { A = g.A, ACol = g.ACol, BRow = Width, BPanel = (nint)Width * g.K, CPanel = Width, K = g.K };
        if (end > full && g.Backwards)
            Last(g, t, full, last);
        for (int left = full - first; left > 0;)
        {
            int group = left >= 6 ? 6 : left >= 4 ? 4 : left >= 2 ? 2 : 1;
            At(g, g.Backwards ? first + left - group : full - left, ref t);
            Kernels<V, T>.Run<S>(1, group, ref t);
            left -= group;
        }

        if (end > full && !g.Backwards)
            Last(g, t, full, last);
    }

    private static void At(in GemmArguments<T> g, int panel, ref Tile<T> t)
    {
        t.B = (T*)((byte*)g.B + (panel * t.BPanel * S.Size));
        t.C = g.C + (panel * Width);
        t.Start = g.Start == null ? null : g.Start + (panel * Width);
    }

    // A panel with fewer columns goes through a row that has them all.
    [SkipLocalsInit]
    private static void Last(in GemmArguments<T> g, Tile<T> t, int panel, int columns)
    {
        T* row = stackalloc T[Width];
        At(g, panel, ref t);
        T* c = t.C;
        if (t.Start != null)
            Columns.Copy<V, T>(t.Start, Width, row, Width, 1, columns, Width);
        t.C = row;
        t.Start = t.Start == null ? null : row;
        Kernels<V, T>.Run<S>(1, 1, ref t);
        Columns.Copy<V, T>(row, Width, c, Width, 1, columns, columns);
    }
}
