namespace RnnJit.Gpu.Tests.Ptx;

internal enum PtxJumpKind
{
    Branch,
    Return,
    Barrier,
}
