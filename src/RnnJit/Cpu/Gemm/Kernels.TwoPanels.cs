using System.Runtime.CompilerServices;
using RnnJit.Cpu.Simd;

namespace RnnJit.Cpu.Gemm;

internal static unsafe partial class Kernels<V, T>
    where V : struct, ISimd<V, T>
    where T : unmanaged
{
    /// <summary>1 row × 2 panels: 4 accumulators.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Rows1Panels2(in Tile<T> t)
    {
        nint ac = t.ACol;
        T* a0 = t.A;
        nint br = t.BRow;
        T* b0 = t.B;
        T* b2 = b0 + t.BPanel;
        V c0_0 = default, c0_1 = default, c0_2 = default, c0_3 = default;
        T* c0 = t.C;
        nint w = V.Count;
        T* start = t.Start;
        nint p1 = t.CPanel;
        if (start != null)
        {
            T* c = start;
            c0_0 = V.Load(ref *c, 0);
            c0_1 = V.Load(ref *c, w);
            c0_2 = V.Load(ref *c, p1);
            c0_3 = V.Load(ref *c, p1 + w);
        }

        for (int k = t.K; k > 0; k--)
        {
            V x = V.Broadcast(*a0);
            c0_0 = V.MultiplyAdd(x, V.Load(ref *b0, 0), c0_0);
            c0_1 = V.MultiplyAdd(x, V.Load(ref *b0, w), c0_1);
            c0_2 = V.MultiplyAdd(x, V.Load(ref *b2, 0), c0_2);
            c0_3 = V.MultiplyAdd(x, V.Load(ref *b2, w), c0_3);
            a0 += ac;
            b0 += br;
            b2 += br;
        }

        V.Store(c0_0, ref *c0, 0);
        V.Store(c0_1, ref *c0, w);
        V.Store(c0_2, ref *c0, p1);
        V.Store(c0_3, ref *c0, p1 + w);
    }

    /// <summary>2 rows × 2 panels: 8 accumulators.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Rows2Panels2(in Tile<T> t)
    {
        nint ar = t.ARow;
        nint ac = t.ACol;
        T* a0 = t.A;
        nint br = t.BRow;
        T* b0 = t.B;
        T* b2 = b0 + t.BPanel;
        nint cr = t.CRow;
        V c0_0 = default, c0_1 = default, c0_2 = default, c0_3 = default;
        V c1_0 = default, c1_1 = default, c1_2 = default, c1_3 = default;
        T* c0 = t.C;
        nint w = V.Count;
        T* start = t.Start;
        nint sr = t.StartRow;
        nint p1 = t.CPanel;
        if (start != null)
        {
            T* c = start;
            c0_0 = V.Load(ref *c, 0);
            c0_1 = V.Load(ref *c, w);
            c0_2 = V.Load(ref *c, p1);
            c0_3 = V.Load(ref *c, p1 + w);
            c += sr;
            c1_0 = V.Load(ref *c, 0);
            c1_1 = V.Load(ref *c, w);
            c1_2 = V.Load(ref *c, p1);
            c1_3 = V.Load(ref *c, p1 + w);
        }

        for (int k = t.K; k > 0; k--)
        {
            V x0 = V.Broadcast(*a0);
            V x1 = V.Broadcast(a0[ar]);
            V y = V.Load(ref *b0, 0);
            c0_0 = V.MultiplyAdd(x0, y, c0_0);
            c1_0 = V.MultiplyAdd(x1, y, c1_0);
            y = V.Load(ref *b0, w);
            c0_1 = V.MultiplyAdd(x0, y, c0_1);
            c1_1 = V.MultiplyAdd(x1, y, c1_1);
            y = V.Load(ref *b2, 0);
            c0_2 = V.MultiplyAdd(x0, y, c0_2);
            c1_2 = V.MultiplyAdd(x1, y, c1_2);
            y = V.Load(ref *b2, w);
            c0_3 = V.MultiplyAdd(x0, y, c0_3);
            c1_3 = V.MultiplyAdd(x1, y, c1_3);
            a0 += ac;
            b0 += br;
            b2 += br;
        }

        V.Store(c0_0, ref *c0, 0);
        V.Store(c0_1, ref *c0, w);
        V.Store(c0_2, ref *c0, p1);
        V.Store(c0_3, ref *c0, p1 + w);
        c0 += cr;
        V.Store(c1_0, ref *c0, 0);
        V.Store(c1_1, ref *c0, w);
        V.Store(c1_2, ref *c0, p1);
        V.Store(c1_3, ref *c0, p1 + w);
    }

    /// <summary>3 rows × 2 panels: 12 accumulators.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Rows3Panels2(in Tile<T> t)
    {
        nint ar = t.ARow;
        nint ar2 = 2 * ar;
        nint ac = t.ACol;
        T* a0 = t.A;
        nint br = t.BRow;
        T* b0 = t.B;
        T* b2 = b0 + t.BPanel;
        nint cr = t.CRow;
        V c0_0 = default, c0_1 = default, c0_2 = default, c0_3 = default;
        V c1_0 = default, c1_1 = default, c1_2 = default, c1_3 = default;
        V c2_0 = default, c2_1 = default, c2_2 = default, c2_3 = default;
        T* c0 = t.C;
        nint w = V.Count;
        T* start = t.Start;
        nint sr = t.StartRow;
        nint p1 = t.CPanel;
        if (start != null)
        {
            T* c = start;
            c0_0 = V.Load(ref *c, 0);
            c0_1 = V.Load(ref *c, w);
            c0_2 = V.Load(ref *c, p1);
            c0_3 = V.Load(ref *c, p1 + w);
            c += sr;
            c1_0 = V.Load(ref *c, 0);
            c1_1 = V.Load(ref *c, w);
            c1_2 = V.Load(ref *c, p1);
            c1_3 = V.Load(ref *c, p1 + w);
            c += sr;
            c2_0 = V.Load(ref *c, 0);
            c2_1 = V.Load(ref *c, w);
            c2_2 = V.Load(ref *c, p1);
            c2_3 = V.Load(ref *c, p1 + w);
        }

        for (int k = t.K; k > 0; k--)
        {
            V x0 = V.Broadcast(*a0);
            V x1 = V.Broadcast(a0[ar]);
            V x2 = V.Broadcast(a0[ar2]);
            V y = V.Load(ref *b0, 0);
            c0_0 = V.MultiplyAdd(x0, y, c0_0);
            c1_0 = V.MultiplyAdd(x1, y, c1_0);
            c2_0 = V.MultiplyAdd(x2, y, c2_0);
            y = V.Load(ref *b0, w);
            c0_1 = V.MultiplyAdd(x0, y, c0_1);
            c1_1 = V.MultiplyAdd(x1, y, c1_1);
            c2_1 = V.MultiplyAdd(x2, y, c2_1);
            y = V.Load(ref *b2, 0);
            c0_2 = V.MultiplyAdd(x0, y, c0_2);
            c1_2 = V.MultiplyAdd(x1, y, c1_2);
            c2_2 = V.MultiplyAdd(x2, y, c2_2);
            y = V.Load(ref *b2, w);
            c0_3 = V.MultiplyAdd(x0, y, c0_3);
            c1_3 = V.MultiplyAdd(x1, y, c1_3);
            c2_3 = V.MultiplyAdd(x2, y, c2_3);
            a0 += ac;
            b0 += br;
            b2 += br;
        }

        V.Store(c0_0, ref *c0, 0);
        V.Store(c0_1, ref *c0, w);
        V.Store(c0_2, ref *c0, p1);
        V.Store(c0_3, ref *c0, p1 + w);
        c0 += cr;
        V.Store(c1_0, ref *c0, 0);
        V.Store(c1_1, ref *c0, w);
        V.Store(c1_2, ref *c0, p1);
        V.Store(c1_3, ref *c0, p1 + w);
        c0 += cr;
        V.Store(c2_0, ref *c0, 0);
        V.Store(c2_1, ref *c0, w);
        V.Store(c2_2, ref *c0, p1);
        V.Store(c2_3, ref *c0, p1 + w);
    }
}
