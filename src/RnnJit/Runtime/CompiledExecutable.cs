using System.Runtime.InteropServices;
using RnnJit.Cpu;
using RnnJit.Ir;
using RnnJit.Plans;

namespace RnnJit.Runtime;

/// <summary>A Program through the whole pipeline: fused kernels, packed products, one arena.</summary>
internal sealed unsafe class CompiledExecutable : Executable, IWork
{
    // Work of a thread below which waking it, and waiting for it, takes longer than it saves.
    private const double LeastMicroseconds = 7.5;

    private readonly LoweredCpuPlan lowered;
    private readonly Instruction[] instructions;
    private readonly Instruction[] sequence;
    private readonly PlanTimer? timer;
    private readonly NativeBuffer arena;
    private readonly PlanMemory memory = new();
    private readonly WorkerPool pool;

    public CompiledExecutable(Graph program, LoweredCpuPlan lowered, ExecutableOptions options)
        : base(program, options)
    {
        this.lowered = lowered;
        Plans.Plan plan = lowered.Plan;
        instructions = lowered.Instructions;
        Fallbacks = SlowPaths.Warn(program.Name, options, instructions);
        RequireMemory(Memory.Bytes);
        if (options.Poison)
            instructions = PoisonInstruction.Before(instructions, Memory).ToArray();
        arena = options.Arena?.Rent(Memory.Bytes) ?? new NativeBuffer(Memory.Bytes);
        options.Arena?.Take(this);
        foreach (BufferView input in plan.Inputs)
            memory.Bind(input.Buffer, Input(input.Buffer.Name));
        memory.Place(Memory, arena.Data);
        memory.Fill(plan.Fills);
        foreach (Instruction instruction in instructions)
            instruction.Resolve(memory);
        foreach (var (output, view) in plan.Program.Outputs.Zip(plan.Outputs))
            SetOutput(output.Name, Replaced(output.Name)
                ?? new Tensor(view.Buffer.Element, view.Shape, arena, memory.Data(view.Buffer) + (view.Offset * view.ElementSize)));
        pool = Pool(options);
        foreach (ScanInstruction scan in instructions.OfType<ScanInstruction>())
            scan.Schedule(pool, options.Schedule);
        timer = options.Profile ? new PlanTimer(lowered.Lines.Count, TimeProvider.System) : null;
        int line = 0;
        sequence = timer is null ? instructions : MarkInstruction.After(instructions, timer, ref line);
    }

    /// <summary>Bytes of the arena: all memory of the plan except the caller's tensors.</summary>
    public override long ArenaBytes => Memory.Bytes;

    internal override Plans.Plan BufferPlan => lowered.Plan;

    /// <summary>Places of its buffers in the arena.</summary>
    internal MemoryPlan Memory => lowered.Memory;

    internal IReadOnlyList<Instruction> Instructions => instructions;

    internal long AllocatedBytes => arena.Length;

    public override IReadOnlyList<string> Fallbacks { get; }

    public override IReadOnlyList<double> PlanSeconds => timer?.Seconds ?? [];

    protected override void RunProgram()
    {
        if (!arena.TryEnter())
            throw new ObjectDisposedException(null, $"'{Program.Name}' was disposed and cannot run (open it again)");

        try
        {
            FetchInputs();
            if (Options.Arena?.Take(this) == true)
                Restore();
            timer?.Start();
            pool.Run(this);
        }
        finally
        {
            arena.Exit();
        }
    }

    // The number of shares is the requested number of threads; the number of running threads is limited by the processors and the work.
    // Without a request both numbers are that limit.
    private WorkerPool Pool(ExecutableOptions options)
    {
        int most = (int)Math.Clamp(ScheduleCost.OfPlan(instructions) / LeastMicroseconds, 1, Environment.ProcessorCount);
        return options.Threads > 0 ? new WorkerPool(options.Threads, Math.Min(options.Threads, most)) : new WorkerPool(most, most);
    }

    public override IReadOnlyList<PlanLine> Plan => lowered.Lines;

    void IWork.Execute(ref TeamThread thread)
    {
        foreach (Instruction instruction in sequence)
        {
            instruction.Run(ref thread, default);
            if (thread.IsCaller && !thread.IsBroken && instruction is IAfterBarrier after)
                after.Done();
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        pool.Dispose();
        if (Options.Arena is { } shared)
            shared.Return(arena);
        else
            arena.Dispose();
    }

    // Another Program wrote into the arena: constants are written again now, packed weights by the run.
    private void Restore()
    {
        foreach (PlanBuffer buffer in Memory.Places.Keys.Where(buffer => buffer.Space == BufferSpace.Shared))
            NativeMemory.Clear(memory.Data(buffer), (nuint)buffer.Bytes);
        memory.Fill(lowered.Plan.Fills);
        foreach (Instruction instruction in instructions)
            instruction.Invalidate();
    }
}

/// <summary>Something the calling thread notes after all shares are done.</summary>
internal interface IAfterBarrier
{
    void Done();
}
