using System.Runtime.CompilerServices;
using ILGPU;
using RnnJit.Cpu;
using RnnJit.Gpu.Kernels;

namespace RnnJit.Gpu.Tests.Ptx;

/// <summary>Kernels with what those of the engine do not have yet: shared memory, barriers, functions that stay functions.</summary>
public static class PtxTestKernels
{
    /// <summary>Threads of a group.</summary>
    public const int Threads = 64;

    /// <summary>The sum of each group's numbers as a tree: the upper half is added to the lower, until one is left.</summary>
    public static void GroupSums(ArrayView<float> x, ArrayView<float> sums)
    {
        ArrayView<float> shared = SharedMemory.Allocate<float>(Threads);
        int thread = Group.IdxX;
        shared[thread] = x[(Grid.IdxX * Threads) + thread];
        for (int half = Threads / 2; half > 0; half /= 2)
        {
            Group.Barrier();
            if (thread < half)
                shared[thread] = shared[thread] + shared[thread + half];
        }

        if (thread == 0)
            sums[Grid.IdxX] = shared[0];
    }

    /// <summary>y = (x − 1)² of each number, by a function.</summary>
    public static void Squares(ArrayView<float> x, ArrayView<float> y)
    {
        int i = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (i < x.IntLength)
            y[i] = Square(x[i], 1f);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static float Square(float x, float from)
    {
        float difference = x - from;
        return difference < 0 ? DeviceIntrinsics.Mul(difference, difference) : Larger(difference);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static float Larger(float x) => DeviceIntrinsics.Mul(x, x);

    /// <summary>Functions of two numbers each, from the tables of <see cref="PtxFunctionTests"/>: y has a row for each pair.</summary>
    public static void Functions<V, T>(ArrayView<T> a, ArrayView<T> b, ArrayView<T> y)
        where V : struct, IDeviceReal<V, T>
        where T : unmanaged
    {
        int i = Group.IdxX;
        V p = V.Broadcast(a[i]), q = V.Broadcast(b[i]), one = V.Create(1);
        Compare<V, T>(y, i * PtxFunctionTests.Count, p, q);
        Compare<V, T>(y, (i * PtxFunctionTests.Count) + 6, one, q);
        Compare<V, T>(y, (i * PtxFunctionTests.Count) + 12, p, one);
        long at = (i * PtxFunctionTests.Count) + 18;
        y[at] = V.Sum(V.AtMost(p, q));
        y[at + 1] = V.Sum(V.AtMost(p, one));
        y[at + 2] = V.Sum(V.Clamp(p, V.Create(-2), one));
        y[at + 3] = V.Sum(V.Select(p, q, one));
        y[at + 4] = V.Sum(V.Floor(p));
        y[at + 5] = V.Sum(VectorMath.Tanh<V, T>(p));
        y[at + 6] = V.Sum(VectorMath.Sigmoid<V, T>(p));
        y[at + 7] = V.Sum(VectorMath.Exp<V, T>(p));
        y[at + 8] = V.Sum(VectorMath.Log<V, T>(p));
    }

    private static void Compare<V, T>(ArrayView<T> y, long at, V p, V q)
        where V : struct, IDeviceReal<V, T>
        where T : unmanaged
    {
        y[at] = V.Sum(V.Min(p, q));
        y[at + 1] = V.Sum(V.Max(p, q));
        y[at + 2] = V.Sum(V.Less(p, q));
        y[at + 3] = V.Sum(V.LessOrEqual(p, q));
        y[at + 4] = V.Sum(V.Equal(p, q));
        y[at + 5] = V.Sum(V.SelectLess(p, q, V.Create(3), V.Create(4)));
    }
}
