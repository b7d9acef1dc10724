using System.Numerics;

namespace RnnJit.Gpu.Tests.Ptx;

/// <summary>A store to memory.</summary>
internal sealed class PtxStore(PtxInstruction instruction, bool isShared, int size, int from, int address, long offset)
    : PtxStep(instruction)
{
    public override void Run(PtxWarp warp, PtxFrame frame, uint lanes)
    {
        frame.RequireKnown(address, lanes, Instruction);
        frame.Require(from, lanes, Instruction);
        uint unknown = frame.Unknown(from);
        for (uint rest = lanes; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            ulong at = frame[address, lane] + (ulong)offset;
            warp.Range(isShared, at, Instruction).Store(at, size, frame[from, lane], (unknown >> lane & 1) == 0, warp.User(lane),
                Instruction);
        }
    }
}
