using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using RnnJit.Cpu.Simd;

namespace RnnJit.Cpu.Gemm;

internal static unsafe partial class Kernels<V, T>
    where V : struct, ISimd<V, T>
    where T : unmanaged
{
    /// <summary>6 rows × 1 panel: 12 accumulators.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Rows6Panels1<L>(in Tile<T> t)
        where L : struct, ILayout
    {
        nint ar = L.Row(t.ARow);
        nint ar2 = 2 * ar;
        nint ac = L.Column(t.ACol, 6);
        nint br = L.IsFixed ? PanelWidth : t.BRow;
        nint cr = t.CRow;
        nint sr = t.StartRow;
        nint w = V.Count;
        T* a = t.A;
        T* to = t.C;
        T* start = t.Start;
        T* ahead = t.Ahead;
        nint step = t.AheadStep;
        for (int tile = t.Tiles; tile > 0; tile--, a += t.ATile, to += t.CTile, step = 0)
        {
            T* a0 = a;
            T* a3 = a0 + ar + ar2;
            T* b0 = t.B;
            V c0_0 = default, c0_1 = default;
            V c1_0 = default, c1_1 = default;
            V c2_0 = default, c2_1 = default;
            V c3_0 = default, c3_1 = default;
            V c4_0 = default, c4_1 = default;
            V c5_0 = default, c5_1 = default;
            T* c0 = to;
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
                c += sr;
                c3_0 = V.Load(ref *c, 0);
                c3_1 = V.Load(ref *c, w);
                c += sr;
                c4_0 = V.Load(ref *c, 0);
                c4_1 = V.Load(ref *c, w);
                c += sr;
                c5_0 = V.Load(ref *c, 0);
                c5_1 = V.Load(ref *c, w);
                start += t.StartTile;
            }

            int k = t.K;
            for (; L.IsFixed && k >= 4; k -= 4)
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
                x = V.Broadcast(*a3);
                c3_0 = V.MultiplyAdd(x, y0, c3_0);
                c3_1 = V.MultiplyAdd(x, y1, c3_1);
                x = V.Broadcast(a3[ar]);
                c4_0 = V.MultiplyAdd(x, y0, c4_0);
                c4_1 = V.MultiplyAdd(x, y1, c4_1);
                x = V.Broadcast(a3[ar2]);
                c5_0 = V.MultiplyAdd(x, y0, c5_0);
                c5_1 = V.MultiplyAdd(x, y1, c5_1);
                y0 = V.Load(ref *b0, br);
                y1 = V.Load(ref *b0, br + w);
                x = V.Broadcast(a0[ac]);
                c0_0 = V.MultiplyAdd(x, y0, c0_0);
                c0_1 = V.MultiplyAdd(x, y1, c0_1);
                x = V.Broadcast(a0[ar + ac]);
                c1_0 = V.MultiplyAdd(x, y0, c1_0);
                c1_1 = V.MultiplyAdd(x, y1, c1_1);
                x = V.Broadcast(a0[ar2 + ac]);
                c2_0 = V.MultiplyAdd(x, y0, c2_0);
                c2_1 = V.MultiplyAdd(x, y1, c2_1);
                x = V.Broadcast(a3[ac]);
                c3_0 = V.MultiplyAdd(x, y0, c3_0);
                c3_1 = V.MultiplyAdd(x, y1, c3_1);
                x = V.Broadcast(a3[ar + ac]);
                c4_0 = V.MultiplyAdd(x, y0, c4_0);
                c4_1 = V.MultiplyAdd(x, y1, c4_1);
                x = V.Broadcast(a3[ar2 + ac]);
                c5_0 = V.MultiplyAdd(x, y0, c5_0);
                c5_1 = V.MultiplyAdd(x, y1, c5_1);
                y0 = V.Load(ref *b0, 2 * br);
                y1 = V.Load(ref *b0, (2 * br) + w);
                x = V.Broadcast(a0[2 * ac]);
                c0_0 = V.MultiplyAdd(x, y0, c0_0);
                c0_1 = V.MultiplyAdd(x, y1, c0_1);
                x = V.Broadcast(a0[ar + (2 * ac)]);
                c1_0 = V.MultiplyAdd(x, y0, c1_0);
                c1_1 = V.MultiplyAdd(x, y1, c1_1);
                x = V.Broadcast(a0[ar2 + (2 * ac)]);
                c2_0 = V.MultiplyAdd(x, y0, c2_0);
                c2_1 = V.MultiplyAdd(x, y1, c2_1);
                x = V.Broadcast(a3[2 * ac]);
                c3_0 = V.MultiplyAdd(x, y0, c3_0);
                c3_1 = V.MultiplyAdd(x, y1, c3_1);
                x = V.Broadcast(a3[ar + (2 * ac)]);
                c4_0 = V.MultiplyAdd(x, y0, c4_0);
                c4_1 = V.MultiplyAdd(x, y1, c4_1);
                x = V.Broadcast(a3[ar2 + (2 * ac)]);
                c5_0 = V.MultiplyAdd(x, y0, c5_0);
                c5_1 = V.MultiplyAdd(x, y1, c5_1);
                y0 = V.Load(ref *b0, 3 * br);
                y1 = V.Load(ref *b0, (3 * br) + w);
                x = V.Broadcast(a0[3 * ac]);
                c0_0 = V.MultiplyAdd(x, y0, c0_0);
                c0_1 = V.MultiplyAdd(x, y1, c0_1);
                x = V.Broadcast(a0[ar + (3 * ac)]);
                c1_0 = V.MultiplyAdd(x, y0, c1_0);
                c1_1 = V.MultiplyAdd(x, y1, c1_1);
                x = V.Broadcast(a0[ar2 + (3 * ac)]);
                c2_0 = V.MultiplyAdd(x, y0, c2_0);
                c2_1 = V.MultiplyAdd(x, y1, c2_1);
                x = V.Broadcast(a3[3 * ac]);
                c3_0 = V.MultiplyAdd(x, y0, c3_0);
                c3_1 = V.MultiplyAdd(x, y1, c3_1);
                x = V.Broadcast(a3[ar + (3 * ac)]);
                c4_0 = V.MultiplyAdd(x, y0, c4_0);
                c4_1 = V.MultiplyAdd(x, y1, c4_1);
                x = V.Broadcast(a3[ar2 + (3 * ac)]);
                c5_0 = V.MultiplyAdd(x, y0, c5_0);
                c5_1 = V.MultiplyAdd(x, y1, c5_1);
                a0 += 4 * ac;
                a3 += 4 * ac;
                b0 += 4 * br;
                if (Sse.IsSupported && step != 0)
                {
                    Sse.Prefetch1(ahead);
                    Sse.Prefetch1(ahead + step);
                    Sse.Prefetch1(ahead + (2 * step));
                    Sse.Prefetch1(ahead + (3 * step));
                    ahead += 4 * step;
                }
            }

            for (; k > 0; k--)
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
                x = V.Broadcast(*a3);
                c3_0 = V.MultiplyAdd(x, y0, c3_0);
                c3_1 = V.MultiplyAdd(x, y1, c3_1);
                x = V.Broadcast(a3[ar]);
                c4_0 = V.MultiplyAdd(x, y0, c4_0);
                c4_1 = V.MultiplyAdd(x, y1, c4_1);
                x = V.Broadcast(a3[ar2]);
                c5_0 = V.MultiplyAdd(x, y0, c5_0);
                c5_1 = V.MultiplyAdd(x, y1, c5_1);
                a0 += ac;
                a3 += ac;
                b0 += br;
                if (Sse.IsSupported)
                    Sse.Prefetch1(ahead);
                ahead += step;
            }

            V.Store(c0_0, ref *c0, 0);
            V.Store(c0_1, ref *c0, w);
            c0 += cr;
            V.Store(c1_0, ref *c0, 0);
            V.Store(c1_1, ref *c0, w);
            c0 += cr;
            V.Store(c2_0, ref *c0, 0);
            V.Store(c2_1, ref *c0, w);
            c0 += cr;
            V.Store(c3_0, ref *c0, 0);
            V.Store(c3_1, ref *c0, w);
            c0 += cr;
            V.Store(c4_0, ref *c0, 0);
            V.Store(c4_1, ref *c0, w);
            c0 += cr;
            V.Store(c5_0, ref *c0, 0);
            V.Store(c5_1, ref *c0, w);
        }
    }
}
