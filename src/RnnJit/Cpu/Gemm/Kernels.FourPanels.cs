using System.Runtime.CompilerServices;
using RnnJit.Cpu.Simd;

namespace RnnJit.Cpu.Gemm;

internal static unsafe partial class Kernels<V, T>
    where V : struct, ISimd<V, T>
    where T : unmanaged
{
    /// <summary>1 row × 4 panels: 8 accumulators.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Rows1Panels4(in Tile<T> t)
    {
        nint ac = t.ACol;
        T* a0 = t.A;
        nint br = t.BRow;
        T* b0 = t.B;
        T* b2 = b0 + t.BPanel;
        T* b4 = b2 + t.BPanel;
        T* b6 = b4 + t.BPanel;
        V c0_0 = default, c0_1 = default, c0_2 = default, c0_3 = default, c0_4 = default, c0_5 = default, c0_6 = default, c0_7 = default;
        T* c0 = t.C;
        nint w = V.Count;
        T* start = t.Start;
        nint p1 = t.CPanel;
        nint p2 = 2 * t.CPanel;
        nint p3 = 3 * t.CPanel;
        if (start != null)
        {
            T* c = start;
            c0_0 = V.Load(ref *c, 0);
            c0_1 = V.Load(ref *c, w);
            c0_2 = V.Load(ref *c, p1);
            c0_3 = V.Load(ref *c, p1 + w);
            c0_4 = V.Load(ref *c, p2);
            c0_5 = V.Load(ref *c, p2 + w);
            c0_6 = V.Load(ref *c, p3);
            c0_7 = V.Load(ref *c, p3 + w);
        }

        for (int k = t.K; k > 0; k--)
        {
            V x = V.Broadcast(*a0);
            c0_0 = V.MultiplyAdd(x, V.Load(ref *b0, 0), c0_0);
            c0_1 = V.MultiplyAdd(x, V.Load(ref *b0, w), c0_1);
            c0_2 = V.MultiplyAdd(x, V.Load(ref *b2, 0), c0_2);
            c0_3 = V.MultiplyAdd(x, V.Load(ref *b2, w), c0_3);
            c0_4 = V.MultiplyAdd(x, V.Load(ref *b4, 0), c0_4);
            c0_5 = V.MultiplyAdd(x, V.Load(ref *b4, w), c0_5);
            c0_6 = V.MultiplyAdd(x, V.Load(ref *b6, 0), c0_6);
            c0_7 = V.MultiplyAdd(x, V.Load(ref *b6, w), c0_7);
            a0 += ac;
            b0 += br;
            b2 += br;
            b4 += br;
            b6 += br;
        }

        V.Store(c0_0, ref *c0, 0);
        V.Store(c0_1, ref *c0, w);
        V.Store(c0_2, ref *c0, p1);
        V.Store(c0_3, ref *c0, p1 + w);
        V.Store(c0_4, ref *c0, p2);
        V.Store(c0_5, ref *c0, p2 + w);
        V.Store(c0_6, ref *c0, p3);
        V.Store(c0_7, ref *c0, p3 + w);
    }
}
