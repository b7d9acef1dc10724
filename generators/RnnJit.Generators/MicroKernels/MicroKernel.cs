namespace RnnJit.Generators.MicroKernels;

/// <summary>A kernel of the family: rows × panels, two accumulators for each, and its unrolling of k where strides are known.</summary>
internal sealed record MicroKernel(int Rows, int Panels, int Unroll)
{
    public string Name => $"Rows{Rows}Panels{Panels}";

    /// <summary>True where one call takes several row tiles and panels and prefetches the next ones: kernels of many rows.</summary>
    public bool HasTiles => Rows >= 3 && Panels == 1;
}
