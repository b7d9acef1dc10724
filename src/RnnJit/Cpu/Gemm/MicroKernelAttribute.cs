namespace RnnJit.Cpu.Gemm;

/// <summary>Asks the generator for a kernel that computes so many rows × panels, and takes several k a step of its pointers where strides are known.</summary>
/// <param name="rows">Rows of A and C.</param>
/// <param name="panels">Panels of B side by side.</param>
/// <param name="steps">How many k share one step; what the JIT inlines in one method bounds it.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
internal sealed class MicroKernelAttribute(int rows, int panels, int steps) : Attribute
{
    public int Rows { get; } = rows;

    public int Panels { get; } = panels;

    public int Steps { get; } = steps;
}
