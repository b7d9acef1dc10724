namespace RnnJit.Gpu.Tests.Ptx;

/// <summary>A decoded instruction.</summary>
internal abstract class PtxStep(PtxInstruction instruction)
{
    public PtxInstruction Instruction => instruction;

    /// <summary>The register of its predicate; −1 for none.</summary>
    public int Guard { get; init; } = -1;

    /// <summary>Executes it for some lanes.</summary>
    public abstract void Run(PtxWarp warp, PtxFrame frame, uint lanes);
}
