using RnnJit.Ir;

namespace RnnJit.Plans;

/// <summary>Sorts the commands of a step into those that parameters alone decide and the others, and places their buffers.</summary>
internal sealed class StreamBufferize
{
    private readonly BufferizeContext context;
    private readonly Graph program;
    private readonly Bufferize region;
    private readonly BufferView[] inputs;
    private readonly List<PlanCommand> commands = [];
    private readonly List<(Output Output, BufferView View)> outputs = [];
    private readonly List<CopyCommand> carries = [];
    private readonly List<int> carried = [];
    private readonly List<PlanCommand> once = [];
    private readonly List<PlanCommand> each = [];
    private readonly HashSet<PlanBuffer> moving = [];

    public StreamBufferize(BufferizeContext context, Graph program)
    {
        (this.context, this.program) = (context, program);
        region = new Bufferize(context, program, depth: 0);
        inputs = [.. program.Inputs.Select(
            port => port.Role == PortRole.Parameter ? context.Input(port) : context.Allocate(context.Shape(port.Type), port.Type.Element))];
    }

    public StreamPlan ToPlan()
    {
        for (int i = 0; i < inputs.Length; i++)
            region.SetView(i, inputs[i]);
        region.Run();

        // A loop of one step is its body.
        foreach (PlanCommand command in region.Commands)
            commands.AddRange(command is ScanCommand { Steps: 1, Lengths: null } scan ? scan.Body : [command]);
        foreach (Output output in program.Outputs.Where(output => output.Role != OutputRole.Next))
            outputs.Add((output, Own(region.ViewOf(output.Value), output.Value)));
        Carry();
        PlanBuffer[] kept = [.. inputs.Select(view => view.Buffer).Where(buffer => !buffer.IsExternal)];
        Sort(kept);
        IEnumerable<BufferView> fills = context.Fills.Select(fill => fill.To);
        PlanBounds.Check(once.Concat(each).Concat(carries), outputs.Select(output => output.View).Concat(fills));
        HashSet<PlanBuffer> used = [.. once.Concat(each).SelectMany(command => command.Views).Concat(fills).Select(view => view.Buffer)];
        PlanBuffer[] shared = [.. context.Buffers.Where(buffer => !buffer.IsExternal && !moving.Contains(buffer) && used.Contains(buffer))];
        return new StreamPlan(
            program, context.Options, [.. context.Fills], [.. once], [.. each], inputs, [.. outputs], [.. carries],
            MemoryPlan.Place(shared, [], [], shared),
            MemoryPlan.Place(context.Buffers.Where(moving.Contains), each,
                outputs.Select(output => output.View).Concat(carries.Select(carry => carry.From)), kept));
    }

    // A result that is a parameter, or has gaps, gets a place of its own.
    private BufferView Own(BufferView view, int value) => view.IsContiguous && !view.Buffer.IsExternal ? view : Copied(view, value);

    private BufferView Copied(BufferView view, int value)
    {
        BufferView own = context.Allocate(view.Shape, program.Values.Type(value).Element);
        commands.Add(new CopyCommand(view, own));
        return own;
    }

    // A state that only the copy into its loop reads lives where its loop reads it.
    private void Carry()
    {
        int[] states = Enumerable.Range(0, program.Inputs.Count).Where(i => program.Inputs[i].Role == PortRole.State).ToArray();
        Output[] next = program.Outputs.Where(output => output.Role == OutputRole.Next).ToArray();
        foreach (int state in states)
        {
            BufferView view = inputs[state];
            PlanCommand[] readers = commands.Where(command => command.Views.Any(other => other.Buffer == view.Buffer)).ToArray();
            if (readers is [CopyCommand copy] && copy.From.IsContiguous && copy.To.IsContiguous && copy.From.Length == view.Length
                && outputs.All(output => output.View.Buffer != view.Buffer))
            {
                commands.Remove(copy);
                inputs[state] = copy.To;
            }
        }

        for (int s = 0; s < states.Length; s++)
        {
            BufferView from = region.ViewOf(next[s].Value), to = inputs[states[s]];
            bool overwritten =
                states.Any(other => other != states[s] && inputs[other].Buffer == from.Buffer && inputs[other].Offset == from.Offset);
            if (!from.IsContiguous || from.Buffer.IsExternal || overwritten)
                from = Copied(from, next[s].Value);
            carries.Add(new CopyCommand(from, to));
            carried.Add(next[s].Value);
        }

        // A result that is the old state would be overwritten by the new one.
        for (int o = 0; o < outputs.Count; o++)
        {
            var (output, view) = outputs[o];
            if (carries.Any(carry => carry.To.Buffer == view.Buffer && carry.To.Offset < view.Offset + view.Length
                && view.Offset < carry.To.Offset + carry.To.Length))
                outputs[o] = (output, Copied(view, output.Value));
        }
    }

    // A command that reads a stream's memory writes into it, and so does every command that writes into the same buffer.
    private void Sort(PlanBuffer[] kept)
    {
        moving.UnionWith(kept);
        var open = new List<PlanCommand>(commands);
        while (open.FirstOrDefault(command => command.Views.Any(view => moving.Contains(view.Buffer))) is { } found)
        {
            open.Remove(found);
            moving.UnionWith(found.Writes.Select(view => view.Buffer).Where(buffer => !buffer.IsExternal));
        }

        foreach (PlanCommand command in commands)
            (open.Contains(command) ? once : each).Add(command);
        for (int o = 0; o < outputs.Count; o++)
            outputs[o] = (outputs[o].Output, Moved(outputs[o].View, outputs[o].Output.Value));
        for (int c = 0; c < carries.Count; c++)
            carries[c] = new CopyCommand(Moved(carries[c].From, carried[c]), carries[c].To);
    }

    // A result that parameters alone decide is shared, so each stream gets a copy.
    private BufferView Moved(BufferView view, int value)
    {
        if (moving.Contains(view.Buffer))
            return view;

        BufferView own = context.Allocate(view.Shape, program.Values.Type(value).Element);
        moving.Add(own.Buffer);
        each.Add(new CopyCommand(view, own));
        return own;
    }
}
