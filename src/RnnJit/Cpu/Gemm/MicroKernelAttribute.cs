namespace RnnJit.Cpu.Gemm;

/// <summary>Shape of a micro-kernel: rows × panels of its tile, and its unrolling of k for known strides.</summary>
/// <param name="rows">Rows of A and C.</param>
/// <param name="panels">Panels of B side by side.</param>
/// <param name="unroll">Unroll factor of k, limited by the JIT's inlining budget per method.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
internal sealed class MicroKernelAttribute(int rows, int panels, int unroll) : Attribute
{
    public int Rows { get; } = rows;

    public int Panels { get; } = panels;

    public int Unroll { get; } = unroll;
}
