using ILGPU;
using RnnJit.Cpu.Simd;

namespace RnnJit.Gpu.Kernels;

/// <summary>A number of a thread.</summary>
public interface IDeviceReal<V, T> : ISimd<V, T>
    where V : struct, IDeviceReal<V, T>
    where T : unmanaged
{
    static abstract double Widen(T x);

    static abstract T Narrow(double x);
}

/// <summary>Emitted code for a GPU: one text for both precisions.</summary>
public interface IDeviceKernel
{
    /// <param name="reals">The memory of the plan.</param>
    /// <param name="integers">The same memory.</param>
    /// <param name="table">Places, extents and strides of all operations, written once.</param>
    /// <param name="launch">Where in the table this one begins, and where the loops stand.</param>
    static abstract void Run<V, T>(ArrayView<T> reals, ArrayView<int> integers, ArrayView<long> table, DeviceLaunch launch)
        where V : struct, ISimd<V, T>
        where T : unmanaged;
}
