using System.Numerics;

namespace RnnJit.Gpu.Tests.Ptx;

/// <summary>Thirty-two threads, or those that are left of a group, which execute one instruction at a time together.</summary>
internal sealed class PtxWarp(PtxMachine machine, int index)
{
    // No kernel of a test comes near it: more means that a loop has no end.
    private const long MostSteps = 2_000_000;

    private readonly Dictionary<PtxCode, PtxFrame> frames = [];
    private PtxFrame? entry;
    private PtxLaunch launch = PtxLaunch.None;
    private uint all;
    private int group;
    private int phase;
    private long steps;

    public bool IsDone => entry!.Done == all;

    /// <summary>The barrier at which all its threads wait; null where they do not.</summary>
    public PtxInstruction? Barrier { get; private set; }

    public PtxUser User(int lane) => new(launch.Number, group, (group * launch.Threads) + (index * PtxFrame.Lanes) + lane, phase);

    public PtxRange Range(bool isShared, ulong address, PtxInstruction instruction) => isShared
        ? machine.Shared ?? throw new PtxException($"{instruction} uses shared memory, of which the kernel has none")
        : launch.Memory.At(address, instruction);

    public PtxFrame FrameOf(PtxCode code)
    {
        if (!frames.TryGetValue(code, out PtxFrame? frame))
            frames[code] = frame = new PtxFrame(code);
        return frame;
    }

    /// <summary>Begins a group of a launch.</summary>
    public void Begin(PtxLaunch launch, int group)
    {
        (this.launch, this.group, phase, steps, Barrier) = (launch, group, 0, 0, null);
        int threads = Math.Min(launch.Threads - (index * PtxFrame.Lanes), PtxFrame.Lanes);
        all = threads == PtxFrame.Lanes ? uint.MaxValue : (1u << threads) - 1;
        entry = FrameOf(machine.Entry);
        entry.Begin(all);
        SetSpecials(entry);
        foreach (var ((name, offset), (register, type)) in machine.Entry.Parameters)
        {
            if (machine.Entry.Function.Parameters.Find(parameter => parameter.Name == name) is { } parameter)
                entry.Set(register, launch.Parameter(parameter.Offset + offset, PtxDecoder.Size(type)));
        }
    }

    /// <summary>Runs until all threads are done or wait at a barrier.</summary>
    public void Advance() => Run(entry!);

    public void PassBarrier() => (phase, Barrier) = (phase + 1, null);

    public void SetSpecials(PtxFrame frame)
    {
        foreach (var (name, register) in frame.Code.Specials)
        {
            frame.Set(register, (ulong)(name switch
            {
                "%ntid.x" => launch.Threads,
                "%ctaid.x" => group,
                "%nctaid.x" => launch.Groups,
                _ => 0
            }));
            for (int lane = 0; lane < PtxFrame.Lanes && name == "%tid.x"; lane++)
                frame[register, lane] = (ulong)((index * PtxFrame.Lanes) + lane);
        }
    }

    /// <summary>
    /// Runs a function until all its lanes have returned or wait. Lanes that part at a branch go one side after the other, and meet where
    /// both have to come by.
    /// </summary>
    public void Run(PtxFrame frame)
    {
        while (Barrier is null && frame.Paths.TryPop(out PtxPath path))
        {
            uint here = path.Lanes & ~frame.Done;
            if (here != 0)
                Follow(frame, path with { Lanes = here });
        }
    }

    // Lanes that stay together, up to where they part, return, wait or meet others.
    private void Follow(PtxFrame frame, PtxPath path)
    {
        PtxStep[] code = frame.Code.Steps;
        uint here = path.Lanes;
        for (int pc = path.Pc; pc != path.Meeting && here != 0;)
        {
            if (pc >= code.Length)
                throw new PtxException($"'{frame.Code.Name}' ends without 'ret'");
            PtxStep step = code[pc];
            if (++steps > MostSteps)
                throw new PtxException($"{step.Instruction} is one of more than {MostSteps} steps: the kernel does not end");
            uint taken = step.Guard < 0 ? here : Holds(frame, step, here);
            switch ((step as PtxJump)?.Kind)
            {
                case PtxJumpKind.Branch:
                    if (taken != 0 && taken != here)
                    {
                        Part(frame, (PtxJump)step, path with { Pc = pc, Lanes = here }, taken);
                        return;
                    }

                    pc = taken != 0 ? ((PtxJump)step).Target : pc + 1;
                    continue;
                case PtxJumpKind.Return:
                    frame.Done |= taken;
                    here &= ~taken;
                    break;
                case PtxJumpKind.Barrier:
                    Wait(frame, step.Instruction, taken);
                    frame.Paths.Push(path with { Pc = pc + 1, Lanes = here });
                    return;
                default:
                    if (taken != 0)
                        step.Run(this, frame, taken);
                    break;
            }

            pc++;
        }
    }

    private static void Part(PtxFrame frame, PtxJump branch, PtxPath path, uint taken)
    {
        if (branch.IsUniform)
            throw new PtxException($"{branch.Instruction} is taken by some lanes only");
        int meeting = frame.Code.Meetings[path.Pc];
        if (meeting < frame.Code.Steps.Length)
            frame.Paths.Push(path with { Pc = meeting });
        frame.Paths.Push(new PtxPath(branch.Target, meeting, taken));
        frame.Paths.Push(new PtxPath(path.Pc + 1, meeting, path.Lanes & ~taken));
    }

    private void Wait(PtxFrame frame, PtxInstruction barrier, uint lanes)
    {
        if (frame != entry)
            throw new PtxException($"{barrier} waits within a function");
        if (frame.Done != 0)
            throw new PtxException($"{barrier} waits for threads that are done");
        if (lanes != all)
            throw new PtxException($"{barrier} is reached by some lanes of a warp only");
        Barrier = barrier;
    }

    private static uint Holds(PtxFrame frame, PtxStep step, uint lanes)
    {
        frame.Require(step.Guard, lanes, step.Instruction);
        uint holds = 0;
        for (uint rest = lanes; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            if ((frame[step.Guard, lane] != 0) != step.Instruction.IsNegated)
                holds |= 1u << lane;
        }

        return holds;
    }
}
