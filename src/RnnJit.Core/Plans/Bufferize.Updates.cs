using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Passes;
using RnnJit.Planning;

namespace RnnJit.Plans;

// Random masks, norms, and updates in the place of inputs.
internal sealed partial class Bufferize
{
    private readonly Dictionary<int, BufferView> updated = [];
    private readonly List<PlanCommand> updates = [];

    /// <summary>Lets an update write its result in the place of an input, after all other commands.</summary>
    public void PlaceUpdate(int value, BufferView input) => updated.TryAdd(value, input);

    /// <summary>
    /// Adds the updates, then copies of results that were computed elsewhere to the inputs they replace. An update may read inputs that
    /// another one replaces, so such operands are copied before the first update.
    /// </summary>
    /// <param name="replaced">Values and the inputs whose places take them.</param>
    public void AddUpdates(IEnumerable<(int Value, BufferView Input)> replaced)
    {
        var copies = new List<PlanCommand>();
        foreach (var (value, input) in replaced.Where(pair => !ViewOf(pair.Value).IsSamePlace(pair.Input)))
        {
            bool early = ViewOf(value).Buffer.IsExternal && !updated.ContainsKey(value);
            copies.Add(new CopyCommand(early ? Dense(value) : ViewOf(value), input));
        }

        Commands.AddRange(updates);
        Commands.AddRange(copies);
    }

    private void AddRandomMask(Node node, int value, RandomMaskOp op) =>
        Commands.Add(new RandomMaskCommand(op, Contiguous(node.Operands[0]), views[value] = DenseDestination(value)));

    private void AddGradientNorm(Node node, int value, GradientNormOp op)
    {
        BufferView[] inputs = [.. node.Operands.Skip(1).Select(operand => SameRows([InRows(operand)])[0])];
        long length = SquareSumCommand.Places(inputs).Length;
        BufferView sums =
            context.Allocate([checked((int)((length + SquareSumCommand.Block - 1) / SquareSumCommand.Block))], ElementType.F64);
        for (int r = 0; r < node.Results.Count; r++)
            views[value + r] = Destination(value + r);
        Commands.Add(new SquareSumCommand(inputs, sums));
        Commands.Add(new GradientNormCommand(op, ViewOf(node.Operands[0]), sums, views[value]!, views[value + 1]!, views[value + 2]!));
    }

    private void AddForEach(Node node, int value, ForEachOp each)
    {
        Graph body = Simplify.Run(each.Body);
        EquatableArray<ScheduledOp> ops = Fuse.Run(body).Ops;
        if (IsBody || ops.Count != 1 || ops[0] is not ScheduledKernel kernel || kernel.Outputs.Count != body.Outputs.Count)
        {
            AddHostOp(node, value, IsBody ? "its body is compiled outside of loops only" : "its body is no single kernel");
            return;
        }

        int count = (node.Operands.Count - each.Numbers) / each.Tensors;
        bool isUpdate = Enumerable.Range(value, node.Results.Count).Any(updated.ContainsKey);
        for (int r = 0; r < node.Results.Count; r++)
            views[value + r] = updated.TryGetValue(value + r,
                out BufferView? place) ? place : context.Allocate(context.Shape(node.Results[r]), node.Results[r].Element);
        int[] results = [.. kernel.Outputs.Select(output => body.Outputs.ToList().FindIndex(one => one.Value == output))];
        var items = new BufferView[count][];
        for (int i = 0; i < count; i++)
        {
            int first = each.Numbers + (i * each.Tensors), result = value + (i * results.Length);
            BufferView[] written = [.. results.Select(r => ViewOf(result + r))];
            BufferView[] read = [.. kernel.Inputs.Select(
                input => input < each.Numbers ? ViewOf(node.Operands[input]) : Read(node.Operands[first + input - each.Numbers], written))];
            items[i] = SameRows([.. read, .. written]);
        }

        (isUpdate ? updates : Commands).Add(new ForEachCommand(kernel, items));
    }

    // An update replaces inputs; whoever reads one that is not its own place reads a copy.
    private BufferView Read(int value, BufferView[] written)
    {
        BufferView view = ViewOf(value);
        return view.Buffer.IsExternal && updated.Values.Any(place => place.Buffer == view.Buffer)
            && !written.Any(view.IsSamePlace) ? Dense(value) : InRows(value);
    }

    // Elements in dense rows; a copy where the last axis has gaps.
    private BufferView InRows(int value)
    {
        BufferView view = ViewOf(value);
        return view.IsContiguous
            || (view.Strides[^1] == 1 && view.Reshape([view.Length / view.Shape[^1], view.Shape[^1]]) is not null) ? view : Dense(value);
    }

    // Tensors as one row where all are contiguous, else as rows of their last axis; numbers stay.
    private static BufferView[] SameRows(BufferView[] views)
    {
        BufferView[] tensors = [.. views.Where(view => view.Length > 1)];
        bool isOneRow = tensors.All(view => view.IsContiguous);
        return [.. views.Select(view => view.Rank == 0
            ? view
            : isOneRow ? view.Reshape([1, view.Length])! : view.Reshape([view.Length / view.Shape[^1], view.Shape[^1]])!)];
    }
}
