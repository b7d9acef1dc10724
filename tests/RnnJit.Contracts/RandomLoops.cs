using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Contracts;

/// <summary>Draws loops: their steps, what they capture, and loops in loops.</summary>
internal sealed class RandomLoops(RandomGraphs graphs, Random random)
{
    /// <summary>A loop over T of sequences of a region.</summary>
    public void Loop(RandomRegion region, int rank)
    {
        Value[] pool = region.Sequences.Where(value => value.Type.Rank == rank).ToArray();
        Value[] sequences = Enumerable.Range(0, 1 + random.Next(3)).Select(_ => graphs.Any(pool)).DistinctBy(value => value.Id).ToArray();
        string? lengths = random.Next(10) switch { < 5 => null, < 8 => "lengths", _ => "lengths2" };
        Value? rowNumbers = lengths is null && graphs.Chance(0.06) ? region.Named("rows", new TensorType(ElementType.I32, "T", "B")) : null;
        var body = new RandomRegion(new GraphBuilder(), region);
        foreach (Value sequence in sequences)
            body.Rows.Add(
                body.Builder.Input("seq" + body.Rows.Count, sequence.Type.WithDims(sequence.Type.Dims.Skip(1)), PortRole.Sequence));
        Value? index = rowNumbers is null ? null : body.Builder.Input("i", new TensorType(ElementType.I32, "B"), PortRole.Sequence);
        Value[] initial = Enumerable.Range(0, 1 + random.Next(2)).Select(_ => Initial(region)).ToArray();
        Value[] states = initial.Select((value, s) => body.Builder.Input("h" + s, value.Type, PortRole.State)).ToArray();
        body.Rows.AddRange(states);
        bool product = graphs.Chance(0.6);
        if (product)
            body.Rows.Add(graphs.Times(body, graphs.Any(states), body.Rows[0].Type.Dims[1]) + body.Rows[0]);
        for (int i = 0, count = random.Next(1, 8); i < count; i++)
        {
            if (graphs.Chance(0.13))
                OfAllRows(body, index);
            else if (graphs.Chance(0.12) && region.Rows.Count > 0)
                body.Rows.Add(body.Capture(graphs.Any(region.Rows)));
            else if (graphs.Chance(0.08) && region.Matrices.Count > 0)
                body.Matrices.Add(body.Capture(graphs.Any(region.Matrices)));
            else
                graphs.Line(body, body.Rows);
        }

        var outputs = states.Select((state, s) => ("h" + s, Next(body, state), OutputRole.Next)).ToList();
        Finish(region, body, outputs, states.Length, sequences.Append(rowNumbers).OfType<Value>().Concat(initial), "T", lengths);
    }

    /// <summary>Loops of T in loops of S, and those in loops of R.</summary>
    public void Nested(RandomRegion region, int rank)
    {
        Dim[] lead = rank == 5 ? ["R", "S", "T", "B"] : ["S", "T", "B"];
        Value xs = region.Named(graphs.Fresh("deep"), new TensorType(ElementType.F32, [.. lead, graphs.Width()]));
        Value matrices =
            region.Named("M", new TensorType(ElementType.F32, lead[0], "H", "H"), graphs.Chance(0.5) ? PortRole.Parameter : PortRole.Input);
        Over(region, xs, graphs.Chance(0.6) && rank == 4 ? matrices : null);
    }

    // One loop of those around, over the first axis.
    private void Over(RandomRegion region, Value xs, Value? matrices)
    {
        var body = new RandomRegion(new GraphBuilder(), region);
        Value inner = body.Builder.Input("xs", xs.Type.WithDims(xs.Type.Dims.Skip(1)), PortRole.Sequence);
        if (matrices is not null)
            body.Matrices.Add(body.Builder.Input("m", matrices.Type.WithDims(matrices.Type.Dims.Skip(1)), PortRole.Sequence));
        Value initial = Initial(region), state = body.Builder.Input("s", initial.Type, PortRole.State);
        Value? matrix = matrices is null && graphs.Chance(0.4) ? region.Named("N", new TensorType(ElementType.F32, "H", "H")) : null;
        if (matrix is not null)
            body.Matrices.Add(Rnn.Tanh(body.Builder.Input("m", matrix.Type, PortRole.State)));
        body.Rows.Add(state);
        if (inner.Type.Rank > 3)
        {
            Over(body, inner, null);
        }
        else
        {
            body.Sequences.Add(inner);
            if (graphs.Chance(0.5))
                graphs.Line(body, body.Sequences);
            Loop(body, rank: 3);
            if (graphs.Chance(0.4))
                Loop(body, rank: 3);
        }

        var outputs = new List<(string, Value, OutputRole)> { ("s", Next(body, state), OutputRole.Next) };
        if (matrix is not null)
            outputs.Add(("m", body.Matrices[0], OutputRole.Next));
        Value[] given = [xs, .. matrices is null ? (Value[])[] : [matrices], initial, .. matrix is null ? (Value[])[] : [matrix]];
        foreach (Value value in body.Sequences.Concat(body.Others).Where(value => body.Builder.Definition(value) is not null).TakeLast(2))
            outputs.Add(("y" + outputs.Count, value, OutputRole.Yield));
        Finish(region, body, outputs, matrix is null ? 1 : 2, given, xs.Type.Dims[0], null);
    }

    // Yields, sums and the scan itself, whose results go to the region around.
    private void Finish(RandomRegion region, RandomRegion body, List<(string Name, Value Value, OutputRole Role)> outputs, int states,
        IEnumerable<Value> given, Dim time, string? lengths)
    {
        Value[] makes = body.Rows.ToArray();
        foreach (Value value in Enumerable.Range(0, 1 + random.Next(3))
            .Select(_ => graphs.Chance(0.4) ? outputs[random.Next(states)].Value : graphs.Any(makes)).DistinctBy(value => value.Id)
            .Where(value => value.Type.Rank == 2))
            outputs.Add(("y" + outputs.Count, value, OutputRole.Yield));
        if (graphs.Chance(0.2))
            outputs.Add(("z", Sum(body), OutputRole.Sum));
        Value? count = lengths is null ? null : region.Named(lengths, new TensorType(ElementType.I32, "B"));
        Graph step = body.Builder.Build("body", "step", outputs);
        Value[] results = region.Builder.AddMany(new ScanOp(step, time, reverse: graphs.Chance(0.4), lengths is not null),
            [.. given, .. body.Captured, .. count is null ? (Value[])[] : [count]]);
        for (int r = 0; r < results.Length; r++)
        {
            bool ofRows = outputs[r].Role == OutputRole.Yield && outputs[r].Value.Type.Dims[0] == "B" && outputs[r].Value.Type.Rank == 2
                && time == "T";
            List<Value> to = ofRows ? region.Sequences
                : outputs[r].Role == OutputRole.Next && results[r].Type.Dims[0] == "B" ? region.Rows
                : outputs[r].Role == OutputRole.Sum ? region.Matrices : region.Others;
            to.Add(results[r]);
        }
    }

    // A product of two values of the step, of two weights, or a sum over the batch.
    private Value Sum(RandomRegion body)
    {
        Value a = graphs.Any(body.Rows), b = graphs.Any(body.Rows);
        if (graphs.Chance(0.2))
            return body.Builder.Add(new ContractOp("ab,bc->ac"),
                body.Named("F", new TensorType(ElementType.F32, "H", "X"), PortRole.Parameter),
                body.Named("G", new TensorType(ElementType.F32, "X", "P"), PortRole.Parameter));
        return graphs.Chance(0.5) ? body.Builder.Add(new ContractOp("ab,ac->bc"), a, b) : body.Builder.Add(new SumOp([0]), a);
    }

    // What makes rows read each other.
    private void OfAllRows(RandomRegion body, Value? index)
    {
        Value x = graphs.Any(body.Rows), y = graphs.Any(body.Rows);
        switch (random.Next(4))
        {
            case 0:
                Value matrix = 0.3 * body.Builder.Add(new ContractOp("ab,ac->bc"), x, y);
                body.Rows.Add(Rnn.Tanh(RandomRegion.Product(x, matrix, columns: true)));
                break;
            case 1:
                body.Rows.Add(Rnn.Tanh(x + body.Builder.Add(new SumOp([0]), x)));
                break;
            case 2 when index is not null:
                body.Rows.Add(body.Builder.Add(GatherOp.Instance, x, index));
                break;
            case 3:
                body.Rows.Add(body.Builder.Add(new ContractOp("ab,bc->ac"), body.Named("A", new TensorType(ElementType.F32, "B", "B")), x));
                break;
            default:
                graphs.Line(body, body.Rows);
                break;
        }
    }

    private Value Initial(RandomRegion region) => region.Rows.Count > 0 && graphs.Chance(0.3)
        ? graphs.Any(region.Rows)
        : region.Named(graphs.Fresh("h"), new TensorType(ElementType.F32, "B", graphs.Width()));

    private Value Next(RandomRegion body, Value state)
    {
        Value[] fitting = body.Rows.Where(value => value.Type == state.Type && value.Id != state.Id).ToArray();
        return Rnn.Tanh(
            fitting.Length > 0 && graphs.Chance(0.8) ? graphs.Any(fitting) : graphs.Times(body, graphs.Any(body.Rows), state.Type.Dims[1]));
    }
}
