using System.Runtime.CompilerServices;
using RnnJit.Cpu;
using RnnJit.Cpu.Simd;

namespace RnnJit.Bench.Numerics;

/// <summary>A function over an array that stays in L1.</summary>
internal static class MathCase
{
    public const int Length = 2048;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Exp<V, T>(T[] x, T[] y)
        where V : struct, ISimd<V, T>
        where T : unmanaged
    {
        for (int i = 0; i < Length; i += V.Count)
            V.Store(VectorMath.Exp<V, T>(V.Load(ref x[0], i)), ref y[0], i);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Log<V, T>(T[] x, T[] y)
        where V : struct, ISimd<V, T>
        where T : unmanaged
    {
        for (int i = 0; i < Length; i += V.Count)
            V.Store(VectorMath.Log<V, T>(V.Load(ref x[0], i)), ref y[0], i);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Tanh<V, T>(T[] x, T[] y)
        where V : struct, ISimd<V, T>
        where T : unmanaged
    {
        for (int i = 0; i < Length; i += V.Count)
            V.Store(VectorMath.Tanh<V, T>(V.Load(ref x[0], i)), ref y[0], i);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Sigmoid<V, T>(T[] x, T[] y)
        where V : struct, ISimd<V, T>
        where T : unmanaged
    {
        for (int i = 0; i < Length; i += V.Count)
            V.Store(VectorMath.Sigmoid<V, T>(V.Load(ref x[0], i)), ref y[0], i);
    }
}
