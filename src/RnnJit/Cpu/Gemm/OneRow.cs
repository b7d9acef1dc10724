using System.Runtime.CompilerServices;
using RnnJit.Cpu.Simd;

namespace RnnJit.Cpu.Gemm;

/// <summary>
/// One row times a packed B: what a stream and batch 1 do. B is read once, so panels go side by side, up to six with twelve accumulators, and there are no blocks.
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
        T* a = g.A, c = g.C, start = g.Start;
        byte* b = (byte*)g.B;
        nint aCol = g.ACol, panel = (nint)Width * g.K * S.Size;
        int k = g.K, full = Math.Min(end, g.N / Width), last = g.N - (full * Width);
        bool backwards = g.Backwards;
        if (end > full && backwards)
            Last(a, aCol, b + (full * panel), c + (full * Width), At(start, full), last, k);
        for (int left = full - first; left > 0;)
        {
            int group = left >= 6 ? 6 : left >= 4 ? 4 : left >= 2 ? 2 : 1;
            int p = backwards ? first + left - group : full - left;
            Panels(group, a, aCol, b + (p * panel), panel, c + (p * Width), At(start, p), k);
            left -= group;
        }

        if (end > full && !backwards)
            Last(a, aCol, b + (full * panel), c + (full * Width), At(start, full), last, k);
    }

    private static T* At(T* start, int panel) => start == null ? null : start + (panel * Width);

    private static void Panels(int group, T* a, nint aCol, byte* b, nint panel, T* c, T* start, int k)
    {
        switch (group)
        {
            case 6: Panels6(a, aCol, b, panel, c, start, k); break;
            case 4: Panels4(a, aCol, b, panel, c, start, k); break;
            case 2: Panels2(a, aCol, b, panel, c, start, k); break;
            default: Panels1(a, aCol, b, panel, c, start, k); break;
        }
    }

    // A panel with fewer columns goes through a row that has them all.
    [SkipLocalsInit]
    private static void Last(T* a, nint aCol, byte* b, T* c, T* start, int columns, int k)
    {
        T* row = stackalloc T[Width];
        int high = columns - V.Count;
        if (start != null)
        {
            V.Store(V.LoadPartial(ref *start, 0, Math.Min(columns, V.Count)), ref *row, 0);
            V.Store(high > 0 ? V.LoadPartial(ref *start, V.Count, high) : default, ref *row, V.Count);
        }

        Panels1(a, aCol, b, 0, row, start == null ? null : row, k);
        V.StorePartial(V.Load(ref *row, 0), ref *c, 0, Math.Min(columns, V.Count));
        if (high > 0)
            V.StorePartial(V.Load(ref *row, V.Count), ref *c, V.Count, high);
    }

    /// <summary>1 row × 6 panels: 12 accumulators.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Panels6(T* a, nint aCol, byte* b, nint panel, T* c, T* start, int k)
    {
        V c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default, c6 = default, c7 = default, c8 = default, c9 = default, c10 = default, c11 = default;
        nint w = V.Count, row = 2 * w * S.Size;
        byte* b1 = b + panel, b2 = b1 + panel, b3 = b2 + panel, b4 = b3 + panel, b5 = b4 + panel;
        if (start != null)
        {
            c0 = V.Load(ref *start, 0);
            c1 = V.Load(ref *start, w);
            c2 = V.Load(ref *start, 2 * w);
            c3 = V.Load(ref *start, 3 * w);
            c4 = V.Load(ref *start, 4 * w);
            c5 = V.Load(ref *start, 5 * w);
            c6 = V.Load(ref *start, 6 * w);
            c7 = V.Load(ref *start, 7 * w);
            c8 = V.Load(ref *start, 8 * w);
            c9 = V.Load(ref *start, 9 * w);
            c10 = V.Load(ref *start, 10 * w);
            c11 = V.Load(ref *start, 11 * w);
        }

        for (; k > 0; k--, a += aCol)
        {
            V x = V.Broadcast(*a);
            S.Load(b, out V lb, out V hb);
            c0 = V.MultiplyAdd(x, lb, c0);
            c1 = V.MultiplyAdd(x, hb, c1);
            S.Load(b1, out V lb1, out V hb1);
            c2 = V.MultiplyAdd(x, lb1, c2);
            c3 = V.MultiplyAdd(x, hb1, c3);
            S.Load(b2, out V lb2, out V hb2);
            c4 = V.MultiplyAdd(x, lb2, c4);
            c5 = V.MultiplyAdd(x, hb2, c5);
            S.Load(b3, out V lb3, out V hb3);
            c6 = V.MultiplyAdd(x, lb3, c6);
            c7 = V.MultiplyAdd(x, hb3, c7);
            S.Load(b4, out V lb4, out V hb4);
            c8 = V.MultiplyAdd(x, lb4, c8);
            c9 = V.MultiplyAdd(x, hb4, c9);
            S.Load(b5, out V lb5, out V hb5);
            c10 = V.MultiplyAdd(x, lb5, c10);
            c11 = V.MultiplyAdd(x, hb5, c11);
            b += row;
            b1 += row;
            b2 += row;
            b3 += row;
            b4 += row;
            b5 += row;
        }

        V.Store(c0, ref *c, 0);
        V.Store(c1, ref *c, w);
        V.Store(c2, ref *c, 2 * w);
        V.Store(c3, ref *c, 3 * w);
        V.Store(c4, ref *c, 4 * w);
        V.Store(c5, ref *c, 5 * w);
        V.Store(c6, ref *c, 6 * w);
        V.Store(c7, ref *c, 7 * w);
        V.Store(c8, ref *c, 8 * w);
        V.Store(c9, ref *c, 9 * w);
        V.Store(c10, ref *c, 10 * w);
        V.Store(c11, ref *c, 11 * w);
    }

    /// <summary>1 row × 4 panels: 8 accumulators.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Panels4(T* a, nint aCol, byte* b, nint panel, T* c, T* start, int k)
    {
        V c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default, c6 = default, c7 = default;
        nint w = V.Count, row = 2 * w * S.Size;
        byte* b1 = b + panel, b2 = b1 + panel, b3 = b2 + panel;
        if (start != null)
        {
            c0 = V.Load(ref *start, 0);
            c1 = V.Load(ref *start, w);
            c2 = V.Load(ref *start, 2 * w);
            c3 = V.Load(ref *start, 3 * w);
            c4 = V.Load(ref *start, 4 * w);
            c5 = V.Load(ref *start, 5 * w);
            c6 = V.Load(ref *start, 6 * w);
            c7 = V.Load(ref *start, 7 * w);
        }

        for (; k > 0; k--, a += aCol)
        {
            V x = V.Broadcast(*a);
            S.Load(b, out V lb, out V hb);
            c0 = V.MultiplyAdd(x, lb, c0);
            c1 = V.MultiplyAdd(x, hb, c1);
            S.Load(b1, out V lb1, out V hb1);
            c2 = V.MultiplyAdd(x, lb1, c2);
            c3 = V.MultiplyAdd(x, hb1, c3);
            S.Load(b2, out V lb2, out V hb2);
            c4 = V.MultiplyAdd(x, lb2, c4);
            c5 = V.MultiplyAdd(x, hb2, c5);
            S.Load(b3, out V lb3, out V hb3);
            c6 = V.MultiplyAdd(x, lb3, c6);
            c7 = V.MultiplyAdd(x, hb3, c7);
            b += row;
            b1 += row;
            b2 += row;
            b3 += row;
        }

        V.Store(c0, ref *c, 0);
        V.Store(c1, ref *c, w);
        V.Store(c2, ref *c, 2 * w);
        V.Store(c3, ref *c, 3 * w);
        V.Store(c4, ref *c, 4 * w);
        V.Store(c5, ref *c, 5 * w);
        V.Store(c6, ref *c, 6 * w);
        V.Store(c7, ref *c, 7 * w);
    }

    /// <summary>1 row × 2 panels: 4 accumulators.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Panels2(T* a, nint aCol, byte* b, nint panel, T* c, T* start, int k)
    {
        V c0 = default, c1 = default, c2 = default, c3 = default;
        nint w = V.Count, row = 2 * w * S.Size;
        byte* b1 = b + panel;
        if (start != null)
        {
            c0 = V.Load(ref *start, 0);
            c1 = V.Load(ref *start, w);
            c2 = V.Load(ref *start, 2 * w);
            c3 = V.Load(ref *start, 3 * w);
        }

        for (; k > 0; k--, a += aCol)
        {
            V x = V.Broadcast(*a);
            S.Load(b, out V lb, out V hb);
            c0 = V.MultiplyAdd(x, lb, c0);
            c1 = V.MultiplyAdd(x, hb, c1);
            S.Load(b1, out V lb1, out V hb1);
            c2 = V.MultiplyAdd(x, lb1, c2);
            c3 = V.MultiplyAdd(x, hb1, c3);
            b += row;
            b1 += row;
        }

        V.Store(c0, ref *c, 0);
        V.Store(c1, ref *c, w);
        V.Store(c2, ref *c, 2 * w);
        V.Store(c3, ref *c, 3 * w);
    }

    /// <summary>1 row × 1 panel: 2 accumulators.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Panels1(T* a, nint aCol, byte* b, nint panel, T* c, T* start, int k)
    {
        V c0 = default, c1 = default;
        nint w = V.Count, row = 2 * w * S.Size;
        if (start != null)
        {
            c0 = V.Load(ref *start, 0);
            c1 = V.Load(ref *start, w);
        }

        for (; k > 0; k--, a += aCol)
        {
            V x = V.Broadcast(*a);
            S.Load(b, out V lb, out V hb);
            c0 = V.MultiplyAdd(x, lb, c0);
            c1 = V.MultiplyAdd(x, hb, c1);
            b += row;
        }

        V.Store(c0, ref *c, 0);
        V.Store(c1, ref *c, w);
    }
}
