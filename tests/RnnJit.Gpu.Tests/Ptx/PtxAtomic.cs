using System.Numerics;

namespace RnnJit.Gpu.Tests.Ptx;

/// <summary>An atomic operation on global memory: the new number is a function of the old one and of registers.</summary>
/// <param name="to">The register of the old number; −1 where nobody reads it.</param>
internal sealed class PtxAtomic(PtxInstruction instruction, Func<ulong, ulong, ulong, ulong> next, int size, int to, int address,
    long offset,
    int[] from) : PtxStep(instruction)
{
    public override void Run(PtxWarp warp, PtxFrame frame, uint lanes)
    {
        frame.RequireKnown(address, lanes, Instruction);
        foreach (int register in from)
            frame.RequireKnown(register, lanes, Instruction);
        for (uint rest = lanes; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            ulong at = frame[address, lane] + (ulong)offset, a = frame[from[0], lane], b = frame[from[^1], lane];
            ulong old = warp.Range(isShared: false, at, Instruction).Update(at, size, value => next(value, a, b), warp.User(lane),
                Instruction);
            if (to >= 0)
                frame[to, lane] = old;
        }

        if (to >= 0)
            frame.Mark(to, lanes, 0);
    }
}
