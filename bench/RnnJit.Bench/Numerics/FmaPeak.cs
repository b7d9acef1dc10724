using System.Runtime.CompilerServices;
using RnnJit.Cpu.Simd;

namespace RnnJit.Bench.Numerics;

/// <summary>Floating-point operations per second of one core: twelve independent chains of multiply-adds, nothing else.</summary>
internal static class FmaPeak
{
    private const int Steps = 10000;

    public static double Measure<V, T>()
        where V : struct, ISimd<V, T>
        where T : unmanaged => 2.0 * 12 * V.Count * Steps / BestTime.Of(() => Chains<V, T>(Steps), 0.5);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static T Chains<V, T>(int steps)
        where V : struct, ISimd<V, T>
        where T : unmanaged
    {
        V x = V.Create(0.999), y = V.Create(0.001);
        V a = V.Create(1), b = V.Create(2), c = V.Create(3), d = V.Create(4), e = V.Create(5), f = V.Create(6);
        V g = V.Create(7), h = V.Create(8), i = V.Create(9), j = V.Create(10), k = V.Create(11), l = V.Create(12);
        for (; steps > 0; steps--)
        {
            a = V.MultiplyAdd(a, x, y);
            b = V.MultiplyAdd(b, x, y);
            c = V.MultiplyAdd(c, x, y);
            d = V.MultiplyAdd(d, x, y);
            e = V.MultiplyAdd(e, x, y);
            f = V.MultiplyAdd(f, x, y);
            g = V.MultiplyAdd(g, x, y);
            h = V.MultiplyAdd(h, x, y);
            i = V.MultiplyAdd(i, x, y);
            j = V.MultiplyAdd(j, x, y);
            k = V.MultiplyAdd(k, x, y);
            l = V.MultiplyAdd(l, x, y);
        }

        return V.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }
}
