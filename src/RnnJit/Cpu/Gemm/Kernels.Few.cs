using System.Runtime.CompilerServices;
using RnnJit.Cpu.Simd;

namespace RnnJit.Cpu.Gemm;

internal static unsafe partial class Kernels<V, T>
    where V : struct, ISimd<V, T>
    where T : unmanaged
{
    /// <summary>1 row × 1 panel: 2 accumulators.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Rows1Panels1(in Tile<T> t)
    {
        nint ac = t.ACol;
        T* a0 = t.A;
        nint br = t.BRow;
        T* b0 = t.B;
        V c0_0 = default, c0_1 = default;
        T* c0 = t.C;
        nint w = V.Count;
        T* start = t.Start;
        if (start != null)
        {
            T* c = start;
            c0_0 = V.Load(ref *c, 0);
            c0_1 = V.Load(ref *c, w);
        }

        for (int k = t.K; k > 0; k--)
        {
            V x = V.Broadcast(*a0);
            c0_0 = V.MultiplyAdd(x, V.Load(ref *b0, 0), c0_0);
            c0_1 = V.MultiplyAdd(x, V.Load(ref *b0, w), c0_1);
            a0 += ac;
            b0 += br;
        }

        V.Store(c0_0, ref *c0, 0);
        V.Store(c0_1, ref *c0, w);
    }

    /// <summary>2 rows × 1 panel: 4 accumulators.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Rows2Panels1(in Tile<T> t)
    {
        nint ar = t.ARow;
        nint ac = t.ACol;
        T* a0 = t.A;
        nint br = t.BRow;
        T* b0 = t.B;
        nint cr = t.CRow;
        V c0_0 = default, c0_1 = default;
        V c1_0 = default, c1_1 = default;
        T* c0 = t.C;
        nint w = V.Count;
        T* start = t.Start;
        nint sr = t.StartRow;
        if (start != null)
        {
            T* c = start;
            c0_0 = V.Load(ref *c, 0);
            c0_1 = V.Load(ref *c, w);
            c += sr;
            c1_0 = V.Load(ref *c, 0);
            c1_1 = V.Load(ref *c, w);
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
            a0 += ac;
            b0 += br;
        }

        V.Store(c0_0, ref *c0, 0);
        V.Store(c0_1, ref *c0, w);
        c0 += cr;
        V.Store(c1_0, ref *c0, 0);
        V.Store(c1_1, ref *c0, w);
    }

    /// <summary>3 rows × 1 panel: 6 accumulators.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Rows3Panels1(in Tile<T> t)
    {
        nint ar = t.ARow;
        nint ar2 = 2 * ar;
        nint ac = t.ACol;
        T* a0 = t.A;
        nint br = t.BRow;
        T* b0 = t.B;
        nint cr = t.CRow;
        V c0_0 = default, c0_1 = default;
        V c1_0 = default, c1_1 = default;
        V c2_0 = default, c2_1 = default;
        T* c0 = t.C;
        nint w = V.Count;
        T* start = t.Start;
        nint sr = t.StartRow;
        if (start != null)
        {
            T* c = start;
            c0_0 = V.Load(ref *c, 0);
            c0_1 = V.Load(ref *c, w);
            c += sr;
            c1_0 = V.Load(ref *c, 0);
            c1_1 = V.Load(ref *c, w);
            c += sr;
            c2_0 = V.Load(ref *c, 0);
            c2_1 = V.Load(ref *c, w);
        }

        for (int k = t.K; k > 0; k--)
        {
            V y0 = V.Load(ref *b0, 0);
            V y1 = V.Load(ref *b0, w);
            V x = V.Broadcast(*a0);
            c0_0 = V.MultiplyAdd(x, y0, c0_0);
            c0_1 = V.MultiplyAdd(x, y1, c0_1);
            x = V.Broadcast(a0[ar]);
            c1_0 = V.MultiplyAdd(x, y0, c1_0);
            c1_1 = V.MultiplyAdd(x, y1, c1_1);
            x = V.Broadcast(a0[ar2]);
            c2_0 = V.MultiplyAdd(x, y0, c2_0);
            c2_1 = V.MultiplyAdd(x, y1, c2_1);
            a0 += ac;
            b0 += br;
        }

        V.Store(c0_0, ref *c0, 0);
        V.Store(c0_1, ref *c0, w);
        c0 += cr;
        V.Store(c1_0, ref *c0, 0);
        V.Store(c1_1, ref *c0, w);
        c0 += cr;
        V.Store(c2_0, ref *c0, 0);
        V.Store(c2_1, ref *c0, w);
    }
}
