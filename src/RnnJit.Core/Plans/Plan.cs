using RnnJit.Ir;

namespace RnnJit.Plans;

/// <summary>
/// A Program for given sizes as commands on buffers: immutable, without addresses, threads or vectors.
/// <see cref="PlanText"/> prints it, backends lower it.
/// </summary>
/// <param name="Program">The Program after all passes, in the precision in which it runs.</param>
/// <param name="Buffers">All buffers, those that no command uses among them.</param>
/// <param name="Fills">Constants, written before the first run.</param>
/// <param name="Commands">Commands of a run, in order.</param>
/// <param name="Inputs">A view for each input of the Program.</param>
/// <param name="Outputs">A dense view for each output of the Program: of an input where the output takes its place.</param>
public sealed record Plan(
    Graph Program, PlanOptions Options, IReadOnlyList<PlanBuffer> Buffers, IReadOnlyList<FillCommand> Fills,
    IReadOnlyList<PlanCommand> Commands,
    IReadOnlyList<BufferView> Inputs, IReadOnlyList<BufferView> Outputs)
{
    /// <summary>Lanes in which the sum of a row is added; plans of equal lanes give the same bits on any device.</summary>
    public int RowLanes { get; init; } = 1;

    /// <summary>Deepest nesting of loops that the target plans.</summary>
    public int LoopDepth { get; init; } = TargetTraits.UsualLoopDepth;

    /// <summary>All commands, those inside loops among them, in order.</summary>
    public IEnumerable<PlanCommand> AllCommands => Flat(Commands);

    /// <summary>Plans an optimised Program.</summary>
    /// <exception cref="GraphException">A size is missing, or RNNJ161: a value has too many elements.</exception>
    public static Plan Of(Graph program, PlanOptions options, TargetTraits target)
    {
        var context = new BufferizeContext(options, target);
        var bufferize = new Bufferize(context, program, depth: 0);
        BufferView[] inputs = program.Inputs.Select(context.Input).ToArray();
        for (int i = 0; i < inputs.Length; i++)
            bufferize.SetView(i, inputs[i]);
        BufferView?[] places = [.. program.Outputs.Select(
            output => options.Aliases.TryGetValue(output.Name, out string? input) ? inputs[program.InputIndex(input)] : null)];
        for (int o = 0; o < places.Length; o++)
        {
            if (places[o] is { } place)
                bufferize.PlaceUpdate(program.Outputs[o].Value, place);
        }

        bufferize.Run();
        BufferView[] outputs = [.. program.Outputs.Select((output, o) => places[o] ?? Dense(context, bufferize, output.Value))];
        bufferize.AddUpdates(
            program.Outputs.Zip(places).Where(pair => pair.Second is not null).Select(pair => (pair.First.Value, pair.Second!)));
        var plan = new Plan(program, options, [.. context.Buffers], [.. context.Fills], [.. bufferize.Commands], inputs, outputs)
        {
            RowLanes = target.RowLanes,
            LoopDepth = target.LoopDepth,
        };
        PlanBounds.Check(plan.Commands, plan.Outputs.Concat(plan.Fills.Select(fill => fill.To)));
        PlanRows.Check(plan.Commands);
        return plan;
    }

    /// <summary>Commands and, after each loop, those of its step.</summary>
    public static IEnumerable<PlanCommand> Flat(IEnumerable<PlanCommand> commands) =>
        commands.SelectMany(command => command is ScanCommand scan ? Flat(scan.Body).Concat(scan.Chunked.Select(product => product.Product))
            .Prepend(scan) : [command]);

    // An output is read as a dense tensor that no caller owns.
    private static BufferView Dense(BufferizeContext context, Bufferize bufferize, int value)
    {
        BufferView view = bufferize.ViewOf(value);
        if (view.IsContiguous && !view.Buffer.IsExternal)
            return view;

        BufferView dense = context.Allocate(view.Shape, view.Buffer.Element);
        bufferize.Commands.Add(new CopyCommand(view, dense));
        return dense;
    }
}
