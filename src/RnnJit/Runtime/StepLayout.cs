using RnnJit.Ir;

namespace RnnJit.Runtime;

/// <summary>Sorts the instructions of a step into those that parameters alone decide and the others, and gives every block a place.</summary>
internal sealed class StepLayout
{
    private readonly PlanContext context;
    private readonly Graph program;
    private readonly List<Instruction> instructions = [];
    private readonly HashSet<Block> moving = [];
    private readonly List<Block> kept = [];
    private readonly List<int> carried = [];

    public StepLayout(PlanContext context, Func<Port, View> parameter)
    {
        (this.context, program) = (context, context.Program);
        var planner = new RegionPlanner(context, program, depth: 0);
        Inputs = program.Inputs.Select(port => port.Role == PortRole.Parameter ? null : context.Allocate(context.Shape(port.Type), port.Type.Element)).ToArray();
        for (int i = 0; i < Inputs.Length; i++)
            planner.SetView(i, Inputs[i] ?? parameter(program.Inputs[i]));
        planner.Run();
        context.Slow.Warn(context.Packed.Values);

        // A loop of one step is its body.
        foreach (Instruction instruction in planner.Instructions)
            instructions.AddRange(instruction is ScanInstruction { Steps: 1, HasLengths: false } scan ? scan.Body : [instruction]);
        foreach (Output output in program.Outputs.Where(output => output.Role != OutputRole.Next))
            Outputs.Add((output, Own(planner.View(output.Value), output.Value)));
        Carry(planner);
        kept.AddRange(Inputs.OfType<View>().Select(view => view.Block));
        Sort();
    }

    /// <summary>The place of every input but parameters.</summary>
    public View?[] Inputs { get; }

    public List<(Output Output, View View)> Outputs { get; } = [];

    /// <summary>Copies that make the next states the states, after all instructions.</summary>
    public List<(View From, View To)> Carries { get; } = [];

    public List<Instruction> Once { get; } = [];

    public List<Instruction> Each { get; } = [];

    public IEnumerable<Block> Shared
    {
        get
        {
            HashSet<Block> used = [.. Once.Concat(Each).SelectMany(instruction => instruction.Views).Concat(context.Fills.Select(fill => fill.View)).Select(view => view.Block)];
            return context.Blocks.Where(block => !moving.Contains(block) && used.Contains(block));
        }
    }

    /// <summary>Proves that every view lies inside its block.</summary>
    public void CheckViews() => ViewBounds.Check(
        Once.Concat(Each),
        Outputs.Select(output => output.View).Concat(Carries.SelectMany(carry => new[] { carry.From, carry.To })).Concat(context.Fills.Select(fill => fill.View)));

    /// <returns>Bytes that all callers share.</returns>
    public long PlaceShared()
    {
        Block[] blocks = Shared.ToArray();
        foreach (Block block in blocks)
            (block.First, block.Last) = (0, int.MaxValue);
        return ArenaPlan.Place(blocks, [], []);
    }

    /// <returns>Bytes that each caller has of its own.</returns>
    public long PlaceOwn()
    {
        Block[] blocks = context.Blocks.Where(moving.Contains).ToArray();
        foreach (Block block in kept)
            (block.First, block.Last) = (0, int.MaxValue);
        long bytes = ArenaPlan.Place(blocks, Each, Outputs.Select(output => output.View).Concat(Carries.Select(carry => carry.From)));
        foreach (Block block in blocks)
            block.PlaceRelative();
        return bytes;
    }

    // A result that is a parameter, or has gaps, gets a place of its own.
    private View Own(View view, int value) => view.IsContiguous && view.Block.External is null ? view : Copied(view, value);

    private View Copied(View view, int value)
    {
        View own = context.Allocate(view.Shape, program.Values.Type(value).Element);
        instructions.Add(new CopyInstruction(view, own));
        return own;
    }

    // A state that only the copy into its loop reads lives where its loop reads it.
    private void Carry(RegionPlanner planner)
    {
        int[] states = Enumerable.Range(0, program.Inputs.Count).Where(i => program.Inputs[i].Role == PortRole.State).ToArray();
        Output[] next = program.Outputs.Where(output => output.Role == OutputRole.Next).ToArray();
        for (int s = 0; s < states.Length; s++)
        {
            View state = Inputs[states[s]]!;
            Instruction[] readers = instructions.Where(instruction => instruction.Views.Any(view => view.Block == state.Block)).ToArray();
            if (readers is [CopyInstruction copy] && copy.From.IsContiguous && copy.To.IsContiguous && copy.From.Length == state.Length && Outputs.All(output => output.View.Block != state.Block))
            {
                instructions.Remove(copy);
                Inputs[states[s]] = copy.To;
            }
        }

        for (int s = 0; s < states.Length; s++)
        {
            View from = planner.View(next[s].Value), to = Inputs[states[s]]!;
            bool overwritten = states.Any(other => other != states[s] && Inputs[other]!.Block == from.Block && Inputs[other]!.Offset == from.Offset);
            if (!from.IsContiguous || from.Block.External is not null || overwritten)
                from = Copied(from, next[s].Value);
            Carries.Add((from, to));
            carried.Add(next[s].Value);
        }

        // A result that is the old state would be overwritten by the new one.
        for (int o = 0; o < Outputs.Count; o++)
        {
            var (output, view) = Outputs[o];
            if (Carries.Any(carry => carry.To.Block == view.Block && carry.To.Offset < view.Offset + view.Length && view.Offset < carry.To.Offset + carry.To.Length))
                Outputs[o] = (output, Copied(view, output.Value));
        }
    }

    // Whatever an instruction writes moves with the caller's memory if something it reads does, and so does everything written into the same block.
    private void Sort()
    {
        moving.UnionWith(kept);
        var open = new List<Instruction>(instructions);
        while (open.FirstOrDefault(instruction => instruction.Views.Any(view => moving.Contains(view.Block))) is { } found)
        {
            open.Remove(found);
            moving.UnionWith(Written(found).Select(view => view.Block).Where(block => block.External is null));
        }

        foreach (Instruction instruction in instructions)
            (open.Contains(instruction) ? Once : Each).Add(instruction);
        for (int o = 0; o < Outputs.Count; o++)
            Outputs[o] = (Outputs[o].Output, Moved(Outputs[o].View, Outputs[o].Output.Value));
        for (int c = 0; c < Carries.Count; c++)
            Carries[c] = (Moved(Carries[c].From, carried[c]), Carries[c].To);
    }

    // What parameters alone decide is shared, but a result lies with the others.
    private View Moved(View view, int value)
    {
        if (moving.Contains(view.Block))
            return view;

        View own = context.Allocate(view.Shape, program.Values.Type(value).Element);
        moving.Add(own.Block);
        Each.Add(new CopyInstruction(view, own));
        return own;
    }

    private static IEnumerable<View> Written(Instruction instruction) => instruction switch
    {
        KernelInstruction kernel => kernel.Views.Skip(kernel.Step.Inputs.Count),
        IntegerCheckInstruction => [],
        PackInstruction<float> or PackInstruction<double> or ProductInstruction<float> or ProductInstruction<double> or CopyInstruction or GatherInstruction
            or ReduceInstruction<float> or ReduceInstruction<double> or ColumnInstruction<float> or ColumnInstruction<double> => [instruction.Views.Last()],
        _ => instruction.Views,
    };
}
