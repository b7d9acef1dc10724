namespace RnnJit.Generators.MicroKernels;

/// <summary>A kernel of the family: rows × panels, two accumulators for each, and so many k for one step of its pointers where strides are known.</summary>
internal sealed record MicroKernel(int Rows, int Panels, int Steps)
{
    public string Name => $"Rows{Rows}Panels{Panels}";

    /// <summary>Several tiles below each other and panels in turn, with what comes next asked for on the way: where rows are many.</summary>
    public bool HasTiles => Rows >= 3 && Panels == 1;
}
