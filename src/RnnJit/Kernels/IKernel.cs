using System.ComponentModel;
using RnnJit.Cpu.Simd;

namespace RnnJit.Kernels;

/// <summary>An emitted kernel: one text for all vector widths and precisions.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface IKernel
{
    static abstract void Run<V, T>(in KernelCall call)
        where V : struct, ISimd<V, T>
        where T : unmanaged;
}

/// <summary>A compiled kernel for one width and precision.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public delegate void KernelBody(in KernelCall call);
