using System.Runtime.CompilerServices;
using RnnJit.Cpu;
using RnnJit.Cpu.Simd;

namespace RnnJit.Cli.Limits;

/// <summary>Floating-point operations per second of a machine: twelve independent chains of multiply-adds on each core, nothing
/// else.</summary>
internal static class FmaPeak
{
    private const int Steps = 50_000, Count = 12;

    /// <summary>In the vectors that kernels use.</summary>
    public static double Measure<T>(WorkerPool pool, double seconds)
        where T : unmanaged => (CpuWidth.Width, typeof(T) == typeof(float)) switch
        {
            (512, true) => Measure<Vec512F32, float>(pool, seconds),
            (256, true) => Measure<Vec256F32, float>(pool, seconds),
            (_, true) => Measure<Vec128F32, float>(pool, seconds),
            (512, false) => Measure<Vec512F64, double>(pool, seconds),
            (256, false) => Measure<Vec256F64, double>(pool, seconds),
            _ => Measure<Vec128F64, double>(pool, seconds),
        };

    private static double Measure<V, T>(WorkerPool pool, double seconds)
        where V : struct, ISimd<V, T>
        where T : unmanaged => 2.0 * Count * V.Count * Steps * pool.Shares / BestRound.Of(pool, new Work<V, T>(pool.Shares), seconds);

    private sealed class Work<V, T>(int workers) : IWork
        where V : struct, ISimd<V, T>
        where T : unmanaged
    {
        // Stored, so that no compiler finds the work useless.
        private readonly T[] sums = new T[workers];

        public void Execute(ref TeamThread thread)
        {
            while (thread.Take(out int share))
                sums[share] = Chains(Steps);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private static T Chains(int steps)
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
}
