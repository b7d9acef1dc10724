using System.Numerics;

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

internal enum PtxJumpKind
{
    Branch,
    Return,
    Barrier,
}
