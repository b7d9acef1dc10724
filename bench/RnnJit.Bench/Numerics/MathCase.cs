using System.Runtime.CompilerServices;
using RnnJit.Cpu;
using RnnJit.Cpu.Simd;

namespace RnnJit.Bench.Numerics;

/// <summary>A function over an array that stays in L1.</summary>
/// <remarks>Not inlined: the JIT limits how much is inlined into one method, and what no longer fits would be called.</remarks>
internal static unsafe class MathCase
{
    public const int Length = 2048;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Exp<V, T>(T* x, T* y)
        where V : struct, ISimd<V, T>
        where T : unmanaged
    {
        for (int i = 0; i < Length; i += V.Count)
            V.Store(VectorMath.Exp<V, T>(V.Load(ref *x, i)), ref *y, i);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Log<V, T>(T* x, T* y)
        where V : struct, ISimd<V, T>
        where T : unmanaged
    {
        for (int i = 0; i < Length; i += V.Count)
            V.Store(VectorMath.Log<V, T>(V.Load(ref *x, i)), ref *y, i);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Tanh<V, T>(T* x, T* y)
        where V : struct, ISimd<V, T>
        where T : unmanaged
    {
        for (int i = 0; i < Length; i += V.Count)
            V.Store(VectorMath.Tanh<V, T>(V.Load(ref *x, i)), ref *y, i);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Sigmoid<V, T>(T* x, T* y)
        where V : struct, ISimd<V, T>
        where T : unmanaged
    {
        for (int i = 0; i < Length; i += V.Count)
            V.Store(VectorMath.Sigmoid<V, T>(V.Load(ref *x, i)), ref *y, i);
    }

    /// <summary>The elementwise part of an LSTM step: three logistic functions and two tanh in one method.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Gates<V, T>(T* x, T* y)
        where V : struct, ISimd<V, T>
        where T : unmanaged
    {
        for (int j = 0; j < Length; j += V.Count)
        {
            V z = V.Load(ref *x, j);
            V i = VectorMath.Sigmoid<V, T>(z);
            V f = VectorMath.Sigmoid<V, T>(z + V.Create(1));
            V g = VectorMath.Tanh<V, T>(z + V.Create(2));
            V o = VectorMath.Sigmoid<V, T>(z + V.Create(3));
            V c = V.MultiplyAdd(f, z, i * g);
            V.Store(o * VectorMath.Tanh<V, T>(c), ref *y, j);
        }
    }
}
