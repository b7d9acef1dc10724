using System.Numerics;

namespace RnnJit.Gpu.Tests.Ptx;

/// <summary>A function of registers.</summary>
internal sealed class PtxApply(PtxInstruction instruction, Delegate apply, int to, int[] from) : PtxStep(instruction)
{
    // A loop or a check of an index may not depend on what is unknown; a function of real numbers, whose result nobody reads, may.
    private readonly bool decides = instruction.Name.StartsWith("setp", StringComparison.Ordinal) && instruction.Name[^3] != 'f';

    // What is not chosen may be unknown.
    private readonly bool selects = instruction.Name.StartsWith("selp", StringComparison.Ordinal);
    private readonly Func<ulong, ulong>? one = apply as Func<ulong, ulong>;
    private readonly Func<ulong, ulong, ulong>? two = apply as Func<ulong, ulong, ulong>;
    private readonly Func<ulong, ulong, ulong, ulong>? three = apply as Func<ulong, ulong, ulong, ulong>;

    public override void Run(PtxWarp warp, PtxFrame frame, uint lanes)
    {
        uint made = 0;
        foreach (int register in from)
        {
            if (decides)
                frame.RequireKnown(register, lanes, Instruction);
            else
                frame.Require(register, lanes, Instruction);
            made |= frame.Unknown(register);
        }

        if (selects && (frame.Unknown(from[2]) & lanes) == 0)
            made = Chosen(frame, lanes);
        frame.Mark(to, lanes, made);
        Span<ulong> result = frame.Values(to), a = frame.Values(from[0]), b = frame.Values(from[^1]),
            middle = frame.Values(from[from.Length / 2]);
        try
        {
            for (uint rest = lanes; rest != 0; rest &= rest - 1)
            {
                int lane = BitOperations.TrailingZeroCount(rest);
                result[lane] = two is not null ? two(a[lane], b[lane]) : one is not null ? one(a[lane])
                    : three!(a[lane], middle[lane], b[lane]);
            }
        }
        catch (PtxException wrong)
        {
            throw new PtxException($"{Instruction} {wrong.Message}");
        }
    }

    private uint Chosen(PtxFrame frame, uint lanes)
    {
        uint made = 0;
        for (uint rest = lanes; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            made |= frame.Unknown(frame[from[2], lane] != 0 ? from[0] : from[1]) & (1u << lane);
        }

        return made;
    }
}
