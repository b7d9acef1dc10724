using RnnJit.Cpu;
using RnnJit.Ir;
using RnnJit.Kernels;

namespace RnnJit.Runtime;

/// <summary>A Program through the whole pipeline: fused kernels, packed products, one arena.</summary>
internal sealed unsafe class CompiledExecutable : Executable, IWork
{
    // Work of a thread below which waking it, and waiting for it, takes longer than it saves.
    private const double LeastMicroseconds = 7.5;

    private readonly Instruction[] instructions;
    private readonly Instruction[] sequence;
    private readonly PlanTimer? timer;
    private readonly NativeBuffer arena;
    private readonly WorkerPool pool;

    public CompiledExecutable(Graph program, ExecutableOptions options, KernelChain kernels)
        : base(program, options)
    {
        var context = new PlanContext(program, options, kernels);
        Graph planned = context.Program;
        var planner = new RegionPlanner(context, planned, depth: 0);
        for (int i = 0; i < planned.Inputs.Count; i++)
            planner.SetView(i, context.OfTensor(Input(planned.Inputs[i].Name), planned.Inputs[i].Role == PortRole.Parameter, planned.Inputs[i].Name));
        planner.Run();
        context.Slow.Warn(context.Packed.Values);
        View[] outputs = planned.Outputs.Select(output => Contiguous(context, planner, output.Value)).ToArray();
        instructions = planner.Instructions.ToArray();
        ViewBounds.Check(instructions, outputs.Concat(context.Fills.Select(fill => fill.View)));
        ArenaBytes = ArenaPlan.Place(context.Blocks, instructions, outputs);
        RequireMemory(ArenaBytes);
        if (options.Poison)
            instructions = PoisonInstruction.Before(instructions, context.Blocks).ToArray();
        arena = new NativeBuffer(ArenaBytes);
        foreach (Block block in context.Blocks)
            block.Place(arena.Data);
        context.FillConstants();
        foreach (Instruction instruction in instructions)
            instruction.Resolve();
        for (int o = 0; o < outputs.Length; o++)
            SetOutput(planned.Outputs[o].Name, new Tensor(planned.Values.Type(planned.Outputs[o].Value).Element, outputs[o].Shape, arena, outputs[o].Block.Data + (outputs[o].Offset * outputs[o].ElementSize)));
        pool = Pool(options);
        foreach (ScanInstruction scan in instructions.OfType<ScanInstruction>())
            (scan.Forced, scan.Pool) = (options.Schedule, pool);
        timer = options.Profile ? new PlanTimer(Plan.Count, TimeProvider.System) : null;
        int line = 0;
        sequence = timer is null ? instructions : MarkInstruction.After(instructions, timer, ref line);
    }

    /// <summary>Bytes of the arena: everything but the caller's tensors.</summary>
    public override long ArenaBytes { get; }

    internal IReadOnlyList<Instruction> Instructions => instructions;

    internal long AllocatedBytes => arena.Length;

    public override IReadOnlyList<double> PlanSeconds => timer?.Seconds ?? [];

    protected override void RunProgram()
    {
        if (!arena.TryEnter())
            throw new ObjectDisposedException(null, $"'{Program.Name}' was disposed and cannot run (open it again)");

        try
        {
            timer?.Start();
            pool.Run(this);
        }
        finally
        {
            arena.Exit();
        }
    }

    // As many shares as threads are asked for; how many run at once is bounded by the processors and by the work. If nobody asks, there are no more shares than that.
    private WorkerPool Pool(ExecutableOptions options)
    {
        int most = (int)Math.Clamp(ScheduleCost.OfPlan(instructions) / LeastMicroseconds, 1, Environment.ProcessorCount);
        return options.Threads > 0 ? new WorkerPool(options.Threads, Math.Min(options.Threads, most)) : new WorkerPool(most, most);
    }

    public override IReadOnlyList<PlanLine> Plan => Lines(instructions, 0, 1).ToArray();

    private static IEnumerable<PlanLine> Lines(IEnumerable<Instruction> instructions, int depth, int times)
    {
        foreach (Instruction instruction in instructions)
        {
            var scan = instruction as ScanInstruction;
            yield return new PlanLine(depth, instruction.Describe, times, instruction.Flops, scan is null ? instruction.Bytes : 0, (instruction as KernelInstruction)?.Provider ?? "");
            foreach (Tile tile in scan?.Tiles ?? [])
                yield return new PlanLine(depth + 1, tile.Describe, times * tile.Count, tile.Flops / tile.Count, tile.Views.Sum(view => (double)view.Length * view.ElementSize) / tile.Count, "");
            foreach (PlanLine line in scan is null ? [] : Lines(scan.Body, depth + 1, times * scan.Steps))
                yield return line;
        }
    }

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
        arena.Dispose();
    }

    // An output is read as a dense tensor.
    private static View Contiguous(PlanContext context, RegionPlanner planner, int value)
    {
        View view = planner.View(value);
        if (view.IsContiguous && view.Block.External is null)
            return view;

        View dense = context.Allocate(view.Shape, view.ElementSize == 8 ? ElementType.F64 : context.Real);
        planner.Instructions.Add(new CopyInstruction(view, dense));
        return dense;
    }
}

/// <summary>Something the calling thread notes after all shares are done.</summary>
internal interface IAfterBarrier
{
    void Done();
}
