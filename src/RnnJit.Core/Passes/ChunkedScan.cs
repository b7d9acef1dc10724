using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Passes;

/// <summary>One linear scan without a loop over its steps: for each state its factors and its value at all steps, then the step's other
/// results.</summary>
internal sealed class ChunkedScan
{
    private readonly GraphBuilder builder;
    private readonly ScanOp scan;
    private readonly Value[] operands;
    private readonly LinearRecurrence recurrence;
    private readonly ChunkedStates chunked;
    private readonly Dictionary<int, Value> sequences = [];

    public ChunkedScan(GraphBuilder builder, ScanOp scan, Value[] operands, int chunks, Dim length, int rest)
    {
        this.builder = builder;
        this.scan = scan;
        this.operands = operands;
        recurrence = LinearRecurrence.Of(scan)!;
        chunked = new ChunkedStates(builder, scan.Reverse, chunks, length, rest);
    }

    public Value[] Run()
    {
        Graph body = scan.Body;
        var results = new Value[body.Outputs.Count];
        foreach (int s in recurrence.Order)
        {
            int offset = recurrence.Offset(scan, s), factor = recurrence.Factors[s];
            Value[] made = EveryStep(factor < 0 ? [offset] : [offset, factor]);
            Value initial = operands[scan.Sequences + s];
            Value? a = Held(factor < 0 ? null : made[1], initial);
            (results[s], Value states) = a is null ? (chunked.Last(made[0]), made[0]) : chunked.Run(a, made[0], initial);
            sequences[scan.Sequences + s] = chunked.Before(initial, states);
            if (recurrence.Changes(body.Outputs[s].Value) && body.Values.Node(body.Outputs[s].Value) >= 0)
                sequences[body.Outputs[s].Value] = states;
        }

        int[] rest = Enumerable.Range(scan.States, body.Outputs.Count - scan.States).ToArray();
        Value[] others = rest.Length == 0 ? [] : EveryStep(rest);
        for (int i = 0; i < rest.Length; i++)
            results[rest[i]] = others[i];
        return results;
    }

    // Past a row's end, where a loop gives 0 for a and b, the state stands still: a = 1, b = 0.
    private Value? Held(Value? a, Value initial)
    {
        if (!scan.HasLengths)
            return a;

        Value marks = builder.Add(new TransposeOp([1, 0]),
            builder.Add(new SequenceMaskOp(scan.Time, initial.Type.Element), operands[operands.Length - 1]));
        Value past = 1 - builder.Add(new ReshapeOp(marks.Type.Dims.Concat(Enumerable.Repeat(Dim.Of(1), initial.Type.Rank - 1))), marks);
        return a is null ? builder.Add(new BroadcastOp(initial.Type.Dims.Prepend(scan.Time)), past) : a + past;
    }

    // Outputs of the body by a scan without states, which HoistAndSink makes work over all steps.
    private Value[] EveryStep(int[] outputs)
    {
        Graph body = recurrence.Body;
        var step = new GraphBuilder();
        var values = new Value[body.Values.Count];
        var given = new List<Value>();
        bool[] read = Read(outputs);
        void Port(int value, string name, PortRole role, Value operand)
        {
            values[value] = step.Input(name, body.Values.Type(value), role);
            given.Add(operand);
        }

        // States first: with lengths the first port tells the rows.
        foreach (var pair in sequences.Where(pair => read[pair.Key]).OrderBy(pair => pair.Key))
            Port(pair.Key, pair.Key < body.Inputs.Count ? body.Inputs[pair.Key].Name : "next" + pair.Key, PortRole.Sequence, pair.Value);
        foreach (int i in Enumerable.Range(0, scan.Sequences).Where(i => read[i]))
            Port(i, body.Inputs[i].Name, PortRole.Sequence, operands[i]);
        foreach (int i in Enumerable.Range(scan.Sequences + scan.States, scan.Constants).Where(i => read[i]))
            Port(i, body.Inputs[i].Name, PortRole.Constant, operands[i]);
        if (scan.HasLengths)
            given.Add(operands[operands.Length - 1]);
        for (int n = 0; n < body.Nodes.Count; n++)
        {
            if (read[body.Values.FirstResult(n)] && values[body.Values.FirstResult(n)] is null)
                step.InlineNode(body, n, values);
        }

        var roles = outputs.Select(o => body.Outputs[o]).Select(output => (output.Name, values[output.Value], output.Role));
        return builder.AddMany(new ScanOp(step.Build("body", "step", roles), scan.Time, scan.Reverse, scan.HasLengths), given.ToArray());
    }

    // The values that some outputs depend on; known sequences end the search.
    private bool[] Read(int[] outputs)
    {
        Graph body = recurrence.Body;
        var read = new bool[body.Values.Count];
        foreach (int o in outputs)
            read[body.Outputs[o].Value] = true;
        for (int v = read.Length - 1; v >= body.Inputs.Count; v--)
        {
            if (!read[v] || sequences.ContainsKey(v))
                continue;
            foreach (int operand in body.Nodes[body.Values.Node(v)].Operands)
                read[operand] = true;
        }

        return read;
    }
}
