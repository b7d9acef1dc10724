using System.Numerics;

namespace RnnJit.Gpu.Tests.Ptx;

/// <summary>A call of a function, whose parameters and result are registers of both.</summary>
internal sealed class PtxCall(PtxInstruction instruction, Func<PtxCode> callee, (string Name, string To)[] arguments, string? result)
    : PtxStep(instruction)
{
    public override void Run(PtxWarp warp, PtxFrame frame, uint lanes)
    {
        PtxCode code = callee();
        PtxFrame inside = warp.FrameOf(code);
        if (inside.IsBusy)
            throw new PtxException($"{Instruction} calls a function that runs already");
        inside.Begin(lanes);
        warp.SetSpecials(inside);
        foreach (var ((name, offset), (register, type)) in code.Parameters)
        {
            string given = arguments.FirstOrDefault(argument => argument.To == name).Name;
            if (given is not null)
                Copy(frame, Part(frame.Code, given, offset, type), inside, register, lanes);
        }

        inside.IsBusy = true;
        warp.Run(inside);
        inside.IsBusy = false;
        if (result is not null)
        {
            var (to, type) = frame.Code.Parameters[(result, 0)];
            Copy(inside, Part(code, code.Function.Result!, 0, type), frame, to, lanes);
        }
    }

    private int Part(PtxCode code, string name, long offset, string type) =>
        code.Parameters.TryGetValue((name, offset), out var part) && PtxDecoder.Size(part.Type) == PtxDecoder.Size(type) ? part.Register
            : throw new PtxException($"{Instruction} passes {offset} bytes into '{name}' what nobody stored there");

    private void Copy(PtxFrame source, int from, PtxFrame target, int to, uint lanes)
    {
        source.Require(from, lanes, Instruction);
        for (uint rest = lanes; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            target[to, lane] = source[from, lane];
        }

        target.Mark(to, lanes, source.Unknown(from));
    }
}
