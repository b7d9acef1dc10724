using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Planning;

namespace RnnJit.Runtime;

internal sealed partial class RegionPlanner
{
    private void AddScan(Node node, int value, ScanOp scan)
    {
        if (InterpretedLoop.Why(scan, depth) is { } obstacle)
        {
            AddAtOnce(graph.Values.Node(value));
            AddInterpreted(node, value, obstacle);
            return;
        }

        int steps = scan.Time.Evaluate(context.Sizes);
        var body = new RegionPlanner(context, scan.Body, depth + 1) { Batch = BatchOf(scan) };
        for (int i = 0; i < scan.Sequences; i++)
            body.SetView(i, View(node.Operands[i]).Inside().Step());
        body.spent.UnionWith(Spent(node, scan));
        for (int i = scan.Sequences + scan.States; i < scan.Body.Inputs.Count; i++)
            body.SetView(i, (views[node.Operands[i]] ?? Gathered(node.Operands[i])).Inside());

        var initial = new List<CopyInstruction>();
        var hold = new List<CopyInstruction>();
        var covered = new HashSet<int>();
        var late = new List<(int Value, View To)>();
        for (int s = 0; s < scan.States; s++)
        {
            if (scan.IsTable(s))
                PlaceTable(node, value, scan, body, s, initial);
            else
                late.Add((scan.Body.Outputs[s].Value, PlaceState(node, value, scan, body, s, steps, covered, initial, hold)));
        }

        late.RemoveAll(wanted => body.TryHome(wanted.Value, wanted.To));
        var yields = new List<View>();
        for (int y = scan.States; y < scan.States + scan.Yields; y++)
        {
            if (covered.Contains(y))
                continue;
            View whole = views[value + y] = Home(value + y), step = whole.Inside().Step();
            if (!scan.HasLengths || !IsUnread(value + y, node.Operands[node.Operands.Count - 1]))
                yields.Add(step);
            if (!body.TryHome(scan.Body.Outputs[y].Value, step))
                late.Add((scan.Body.Outputs[y].Value, step));
        }

        View[] sums = Enumerable.Range(scan.States + scan.Yields, scan.Sums).Select(sum => views[value + sum] = Home(value + sum)).ToArray();
        for (int s = 0; s < sums.Length; s++)
            body.TrySum(scan.Body.Outputs[scan.States + scan.Yields + s].Value, sums[s].Inside());

        string[] packed = context.Packed.Keys.ToArray();
        body.Run();
        foreach (var (from, to) in late)
        {
            if (!SamePlace(body.View(from), to))
                body.Instructions.Add(new CopyInstruction(body.View(from), to, body.IsByRow(from)));
        }

        for (int s = 0; s < sums.Length; s++)
            body.AddSum(scan.Body.Outputs[scan.States + scan.Yields + s].Value, sums[s].Inside());

        int batch = body.Batch?.Evaluate(context.Sizes) ?? 1;
        View? lengths = scan.HasLengths ? View(node.Operands[node.Operands.Count - 1]).Inside() : null;
        Tile[] ahead = tiles.Where(tile => tile.Loop == graph.Values.Node(value)).Select(tile => tile.Tile).ToArray();
        var loop = new ScanInstruction(scan, steps, batch, body.Instructions.ToArray(), lengths, hold.ToArray(), yields.ToArray()) { Tiles = ahead };
        bool grows = Enumerable.Range(0, scan.States).All(s => !scan.IsTable(s) || SamePlace(body.View(scan.Body.Outputs[s].Value), body.View(scan.Sequences + s)));
        if (!grows || (scan.HasLengths && !loop.TakesLengths))
        {
            // The packing of this plan never runs, so nobody may rely on it.
            foreach (string key in context.Packed.Keys.Except(packed).ToArray())
                context.Packed.Remove(key);
            AddAtOnce(graph.Values.Node(value));
            AddInterpreted(node, value, grows ? "its rows read each other, so lengths cannot end them one by one" : "a table is read after it grew, or is made anew at each step");
            return;
        }

        foreach (Instruction before in body.Prologue)
            (IsBody && IsThereBefore(before) ? Prologue : Instructions).Add(before);
        foreach (View sum in sums)
            Instructions.Add(new ClearInstruction(sum));
        foreach (CopyInstruction copy in initial)
            Instructions.Add(copy);
        Instructions.Add(loop);
        for (int s = 0; s < scan.States; s++)
            CopyHomeIfElsewhere(value + s, views[value + s]!);
    }

    // What reads nothing that the steps of this loop make is done once, before it.
    private bool IsThereBefore(Instruction instruction)
    {
        var made = Instructions.SelectMany(earlier => earlier.Views).Select(view => view.Block).ToHashSet();
        return instruction.Views.All(view => !view.MovesWithTime && !view.MovesWithOuterTime && (view.Block.External is not null || !made.Contains(view.Block)));
    }

    // A product or a sum over rows adds to a sum over time directly, so that its chain goes on from step to step.
    private void TrySum(int value, View view)
    {
        bool alone = graph.Outputs.Count(output => output.Value == value) + graph.Nodes.Sum(node => node.Operands.Count(operand => operand == value)) == 1;
        if (alone && graph.Values.Node(value) is int maker and >= 0 && graph.Nodes[maker].Op is ContractOp or SumOp)
            sumHomes[value] = view;
    }

    private void AddSum(int value, View view)
    {
        if (!sumsDone.Contains(value))
            Instructions.Add(new AccumulateInstruction(View(value), view, context.Real));
    }

    // The first dimension of the states, of the sequences where there is no state.
    private static Dim? BatchOf(ScanOp scan) =>
        scan.Body.Inputs.Where(port => port.Role is PortRole.State or PortRole.Sequence).OrderBy(port => port.Role == PortRole.State ? 0 : 1).FirstOrDefault() is { Type.Rank: > 0 } port
            ? port.Type.Dims[0]
            : null;

    // A table has one place for all steps.
    private void PlaceTable(Node node, int value, ScanOp scan, RegionPlanner body, int s, List<CopyInstruction> initial)
    {
        TensorType type = scan.Body.Inputs[scan.Sequences + s].Type;
        View place = context.Allocate(context.Shape(type), type.Element);
        body.tables.Add(place.Block);
        body.SetView(scan.Sequences + s, place);
        initial.Add(new CopyInstruction(View(node.Operands[scan.Sequences + s]), place));
        views[value + s] = place;
    }

    // A state whose history somebody wants lives in [T + 1, …]: reading and yielding it costs nothing. Others change places between two. Gives the place of the new one.
    private View PlaceState(Node node, int value, ScanOp scan, RegionPlanner body, int s, int steps, HashSet<int> covered, List<CopyInstruction> initial, List<CopyInstruction> hold)
    {
        Graph inner = scan.Body;
        int input = scan.Sequences + s, next = inner.Outputs[s].Value;
        TensorType type = inner.Inputs[input].Type;
        int[] shape = context.Shape(type);
        int[] history = scan.HasLengths
            ? []
            : Enumerable.Range(scan.States, scan.Yields).Where(y => !covered.Contains(y) && !homes.ContainsKey(value + y) && (inner.Outputs[y].Value == next || inner.Outputs[y].Value == input)).ToArray();
        bool keeps = history.Length > 0;
        View all = context.Allocate([keeps ? steps + 1 : 2, .. shape], type.Element);
        View first = all.Slice(0, 0, keeps ? steps : 1), second = all.Slice(0, 1, keeps ? steps : 1);
        View earlier = scan.Reverse ? second : first, later = scan.Reverse ? first : second;
        foreach (int y in history)
        {
            covered.Add(y);
            views[value + y] = inner.Outputs[y].Value == input ? earlier : later;
        }

        View read = keeps ? earlier.Step() : first.Step() with { TimeStride = 0, ParityStride = all.Strides[0] };
        View write = keeps ? later.Step() : read with { Parity = 1 };
        body.SetView(input, read);
        hold.Add(new CopyInstruction(read, write));
        View Slot(int slot) => all.Slice(0, slot, 1).Step() with { TimeStride = 0 };
        initial.Add(new CopyInstruction(View(node.Operands[input]), Slot(keeps && scan.Reverse ? steps : 0)));
        views[value + s] = Slot(keeps ? (scan.Reverse ? 0 : steps) : steps & 1);
        return write;
    }
}
