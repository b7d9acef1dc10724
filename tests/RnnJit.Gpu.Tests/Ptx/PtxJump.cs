namespace RnnJit.Gpu.Tests.Ptx;

/// <summary>A branch, return or barrier, which the warp executes itself.</summary>
/// <param name="target">The instruction that a branch leads to.</param>
/// <param name="isUniform">True where all lanes that are there have to take the same way.</param>
internal sealed class PtxJump(PtxInstruction instruction, PtxJumpKind kind, int target = 0, bool isUniform = false) : PtxStep(instruction)
{
    public PtxJumpKind Kind => kind;

    public int Target => target;

    public bool IsUniform => isUniform;

    public override void Run(PtxWarp warp, PtxFrame frame, uint lanes) => throw new InvalidOperationException();
}
