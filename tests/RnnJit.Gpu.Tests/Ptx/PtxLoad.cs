using System.Numerics;

namespace RnnJit.Gpu.Tests.Ptx;

/// <summary>A load from memory.</summary>
internal sealed class PtxLoad(PtxInstruction instruction, bool isShared, int size, int to, int address, long offset) : PtxStep(instruction)
{
    public override void Run(PtxWarp warp, PtxFrame frame, uint lanes)
    {
        frame.RequireKnown(address, lanes, Instruction);
        uint made = 0;
        for (uint rest = lanes; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            ulong at = frame[address, lane] + (ulong)offset;
            frame[to, lane] = warp.Range(isShared, at, Instruction).Load(at, size, warp.User(lane), Instruction, out bool isWritten);
            made |= isWritten ? 0 : 1u << lane;
        }

        frame.Mark(to, lanes, made);
    }
}
