using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Plans;

internal sealed partial class Bufferize
{
    private void AddScan(Node node, int value, ScanOp scan)
    {
        LoopLegality legality = LegalityOf(graph.Values.Node(value));
        if (legality.Interpreted is { } obstacle)
        {
            AddHostOp(node, value, obstacle);
            return;
        }

        int steps = scan.Time.Evaluate(context.Sizes);
        Bufferize body = BodyOf(node, scan, legality);
        var initial = new List<CopyCommand>();
        var hold = new List<CopyCommand>();
        var covered = new HashSet<int>();
        var late = new List<LateCopy>();
        for (int s = 0; s < scan.States; s++)
        {
            if (scan.IsTable(s))
                PlaceTable(node, value, scan, body, s, initial);
            else
                late.Add(new LateCopy(scan.Body.Outputs[s].Value, PlaceState(node, value, scan, body, s, steps, covered, initial, hold)));
        }

        late.RemoveAll(wanted => body.TryPlace(wanted.Value, wanted.To));
        BufferView[] yields = [.. PlaceYields(node, value, scan, body, covered, late)];
        BufferView[] sums =
            Enumerable.Range(scan.States + scan.Yields, scan.Sums).Select(sum => views[value + sum] = Destination(value + sum)).ToArray();
        for (int s = 0; s < sums.Length; s++)
            body.TrySum(scan.Body.Outputs[scan.States + scan.Yields + s].Value, sums[s].Inside());

        body.Run();
        body.CopyLate(late);
        for (int s = 0; s < sums.Length; s++)
            body.AddSum(scan.Body.Outputs[scan.States + scan.Yields + s].Value, sums[s].Inside());

        BufferView? lengths = scan.HasLengths ? ViewOf(node.Operands[node.Operands.Count - 1]).Inside() : null;
        ChunkedMatMul[] ahead =
            chunked.Where(product => product.Loop == graph.Values.Node(value)).Select(product => product.Product).ToArray();
        AddPreheader(node, body);
        foreach (BufferView sum in sums)
            Commands.Add(new ClearCommand(sum));
        foreach (CopyCommand copy in initial)
            Commands.Add(copy);
        Commands.Add(new ScanCommand(
            scan, steps, RowIndependence.BatchOf(scan)?.Evaluate(context.Sizes) ?? 1, legality.Rows.Holds, body.Commands.ToArray(), lengths,
            hold.ToArray(), yields, ahead));
        for (int s = 0; s < scan.States; s++)
            CopyToDestinationIfElsewhere(value + s, views[value + s]!);
    }

    // Bufferizes a loop's body, with the views of its inputs set.
    private Bufferize BodyOf(Node node, ScanOp scan, LoopLegality legality)
    {
        Dim? batch = RowIndependence.BatchOf(scan);
        var body = new Bufferize(context, scan.Body, depth + 1) { Rows = legality.Rows };
        for (int i = 0; i < scan.Sequences; i++)
            body.SetView(i, Sequence(node.Operands[i], scan.Body.Inputs[i].Type, batch).Inside().AtStep());
        body.spent.UnionWith(Spent(node, scan));
        for (int i = scan.Sequences + scan.States; i < scan.Body.Inputs.Count; i++)
            body.SetView(i, (views[node.Operands[i]] ?? Concatenated(node.Operands[i])).Inside());
        return body;
    }

    // Sets the views of a step's yields; returns those that are cleared for ended rows.
    private List<BufferView> PlaceYields(Node node, int value, ScanOp scan, Bufferize body, HashSet<int> covered,
        List<LateCopy> late)
    {
        var cleared = new List<BufferView>();
        for (int y = scan.States; y < scan.States + scan.Yields; y++)
        {
            if (covered.Contains(y))
                continue;
            BufferView whole = views[value + y] = Destination(value + y), step = whole.Inside().AtStep();
            if (!scan.HasLengths || !IsUnread(value + y, node.Operands[node.Operands.Count - 1]))
                cleared.Add(step);
            if (!body.TryPlace(scan.Body.Outputs[y].Value, step))
                late.Add(new LateCopy(scan.Body.Outputs[y].Value, step));
        }

        return cleared;
    }

    private sealed record LateCopy(int Value, BufferView To);

    // Values that were computed elsewhere than where they are wanted.
    private void CopyLate(List<LateCopy> late)
    {
        foreach (var (from, to) in late)
        {
            if (!ViewOf(from).IsSamePlace(to))
                Commands.Add(new CopyCommand(ViewOf(from), to));
        }
    }

    private LoopLegality LegalityOf(int node)
    {
        if (!legalities.TryGetValue(node, out LoopLegality? known))
            legalities[node] = known = LoopLegality.Of((ScanOp)graph.Nodes[node].Op, depth, context.Target.LoopDepth);
        return known;
    }

    // Rows that are the same for the whole batch are read by every worker: where their columns lie apart they are copied before the loop.
    private BufferView Sequence(int value, TensorType step, Dim? batch)
    {
        BufferView view = ViewOf(value);
        bool ofRows = step.Rank > 0 && step.Dims[0] == batch;
        return ofRows || step.Rank == 0 || view.Shape[^1] == 1 || view.Strides[^1] == 1 ? view : Dense(value);
    }

    // Moves the step's loop-invariant commands to the preheader; in a nested loop also out of the outer loop if their sources are defined
    // there.
    private void AddPreheader(Node node, Bufferize body)
    {
        foreach (var (command, sources) in body.Preheader)
        {
            int[] operands = [.. sources.Select(source => node.Operands[source])];
            if (IsBody && operands.All(operand => StepInvariants.IsBefore(graph, operand)))
                AddOnce(command, operands);
            else
                Commands.Add(command);
        }
    }

    // In a step: once, before its loop.
    private void AddOnce(PlanCommand command, params int[] values)
    {
        if (IsBody)
            Preheader.Add((command, [.. values.SelectMany(value => StepInvariants.Sources(graph, value)).Distinct()]));
        else
            Commands.Add(command);
    }

    // A product or a sum over rows adds to a sum over time directly, so that its chain goes on from step to step.
    private void TrySum(int value, BufferView view)
    {
        if (Readers.Count(value) == 1 && graph.Values.Node(value) is int maker and >= 0 && graph.Nodes[maker].Op is ContractOp or SumOp)
            sumDestinations[value] = view;
    }

    private void AddSum(int value, BufferView view)
    {
        if (!sumsDone.Contains(value))
            Commands.Add(new AccumulateCommand(ViewOf(value), view));
    }

    // A table has one place for all steps.
    private void PlaceTable(Node node, int value, ScanOp scan, Bufferize body, int s, List<CopyCommand> initial)
    {
        TensorType type = scan.Body.Inputs[scan.Sequences + s].Type;
        BufferView place = context.Allocate(context.Shape(type), type.Element);
        body.tables.Add(place.Buffer);
        body.SetView(scan.Sequences + s, place);
        initial.Add(new CopyCommand(ViewOf(node.Operands[scan.Sequences + s]), place));
        views[value + s] = place;
    }

    // A state whose history somebody wants lives in [T + 1, …]: reading and yielding it costs nothing. Others change places
    // between two. Gives the place of the new one.
    private BufferView PlaceState(Node node, int value, ScanOp scan, Bufferize body, int s, int steps, HashSet<int> covered,
        List<CopyCommand> initial, List<CopyCommand> hold)
    {
        Graph inner = scan.Body;
        int input = scan.Sequences + s, next = inner.Outputs[s].Value;
        TensorType type = inner.Inputs[input].Type;
        int[] shape = context.Shape(type);
        int[] history = scan.HasLengths
            ? []
            : Enumerable.Range(scan.States, scan.Yields).Where(y => !covered.Contains(y) && !destinations.ContainsKey(value + y)
                && (inner.Outputs[y].Value == next || inner.Outputs[y].Value == input)).ToArray();
        bool keeps = history.Length > 0;
        BufferView all = context.Allocate([keeps ? steps + 1 : 2, .. shape], type.Element);
        BufferView first = all.Slice(0, 0, keeps ? steps : 1), second = all.Slice(0, 1, keeps ? steps : 1);
        BufferView earlier = scan.Reverse ? second : first, later = scan.Reverse ? first : second;
        foreach (int y in history)
        {
            covered.Add(y);
            views[value + y] = inner.Outputs[y].Value == input ? earlier : later;
        }

        BufferView read = keeps ? earlier.AtStep() : first.AtStep() with { TimeStride = 0, DoubleBufferStride = all.Strides[0] };
        BufferView write = keeps ? later.AtStep() : read with { DoubleBufferHalf = 1 };
        body.SetView(input, read);
        hold.Add(new CopyCommand(read, write));
        BufferView Slot(int slot) => all.Slice(0, slot, 1).AtStep() with { TimeStride = 0 };
        initial.Add(new CopyCommand(ViewOf(node.Operands[input]), Slot(keeps && scan.Reverse ? steps : 0)));
        views[value + s] = Slot(keeps ? (scan.Reverse ? 0 : steps) : steps & 1);
        return write;
    }
}
