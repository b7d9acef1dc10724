namespace RnnJit.Cpu.Gemm;

/// <summary>A micro-kernel of the family: its rows × panels, and its unrolling of k where strides are known.</summary>
/// <param name="rows">Rows of A and C.</param>
/// <param name="panels">Panels of B side by side.</param>
/// <param name="unroll">Unrolled k; bounded by what the JIT inlines in one method.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
internal sealed class MicroKernelAttribute(int rows, int panels, int unroll) : Attribute
{
    public int Rows { get; } = rows;

    public int Panels { get; } = panels;

    public int Unroll { get; } = unroll;
}
