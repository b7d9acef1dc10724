using RnnJit.Jit;
using RnnJit.Kernels;

namespace RnnJit.Contracts;

/// <summary>Kernels compiled in memory, none taken from the build.</summary>
public static class TestKernels
{
    public static KernelChain Chain { get; } = new(JitKernelProvider.Simd, new InterpretedKernelProvider());
}
