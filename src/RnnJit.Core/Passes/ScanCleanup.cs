using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Passes;

/// <summary>Simplifies a scan: its body, results nobody uses, states nobody reads, operands given twice or filled with one
/// number.</summary>
internal static class ScanCleanup
{
    /// <summary>Adds the simpler scan; results that are not used are null.</summary>
    public static Value[] Run(Rewriter rewriter, ScanOp scan, Value[] operands, bool[] used)
    {
        Graph body = Simplify.Run(scan.Body);
        bool[] keptOutputs = LiveOutputs(scan, body, used);
        bool[] live = Liveness.Run(body, body.Outputs.Where((_, o) => keptOutputs[o]).Select(output => output.Value));

        int rows = SequenceOfRows(rewriter, scan, operands, keptOutputs, live);
        var keptInputs = new bool[body.Inputs.Count];
        for (int i = 0; i < keptInputs.Length; i++)
            keptInputs[i] = body.Inputs[i].Role.IsState() ? keptOutputs[i - scan.Sequences] : live[i] || i == rows;

        var step = new GraphBuilder();
        var given = new List<Value>();
        Value[] arguments = Inputs(rewriter, body, operands, keptInputs, rows, step, given);
        if (scan.HasLengths)
            given.Add(operands[operands.Length - 1]);
        Value[] values = Copy(step, body, arguments, live);
        var outputs = new List<(string, Value, OutputRole)>();
        int[] position = Outputs(body, values, keptOutputs, outputs);

        Graph cleaned = step.Build("body", "step", outputs);
        Graph simplest = cleaned.Equals(body) ? body : Simplify.Run(cleaned);
        ScanOp simpler = ReferenceEquals(simplest, scan.Body) ? scan : new ScanOp(simplest, scan.Time, scan.Reverse, scan.HasLengths);
        Value[] results = rewriter.Apply(simpler, given.ToArray());
        return Enumerable.Range(0, used.Length)
            .Select(o => keptOutputs[o] ? Passed(rewriter, scan, body, operands, o) ?? results[position[o]] : null!).ToArray();
    }

    // Arguments of the body: ports for what is kept, numbers for what is filled with one; "given" gets the operands of the ports.
    private static Value[] Inputs(Rewriter rewriter, Graph body, Value[] operands, bool[] kept, int rows, GraphBuilder step,
        List<Value> given)
    {
        var arguments = new Value[body.Inputs.Count];
        var fills = new Dictionary<int, ConstantOp>();
        Dictionary<int, Value> sequences = [], constants = [];
        for (int i = 0; i < body.Inputs.Count; i++)
        {
            Port port = body.Inputs[i];
            if (!kept[i])
                continue;
            if (!port.Role.IsState() && i != rows && rewriter.Builder.Definition(operands[i])?.Op is ConstantOp fill)
            {
                fills[i] = fill;
                continue;
            }

            // The same sequence or constant given twice is one port.
            Dictionary<int, Value> ports = port.Role == PortRole.Sequence ? sequences : constants;
            if (!port.Role.IsState() && ports.TryGetValue(operands[i].Id, out Value? same))
            {
                arguments[i] = same;
                continue;
            }

            arguments[i] = step.Input(port.Name, port.Type, port.Role);
            given.Add(operands[i]);
            if (!port.Role.IsState())
                ports[operands[i].Id] = arguments[i];
        }

        foreach (var pair in fills)
            arguments[pair.Key] = step.Add(new ConstantOp(pair.Value.Value, body.Inputs[pair.Key].Type));
        return arguments;
    }

    // Adds the kept outputs, one value once for each role, and returns where each output of the body is among them.
    private static int[] Outputs(Graph body, Value[] values, bool[] kept, List<(string, Value, OutputRole)> outputs)
    {
        Dictionary<int, int> yields = [], sums = [];
        var position = new int[body.Outputs.Count];
        for (int o = 0; o < body.Outputs.Count; o++)
        {
            Output output = body.Outputs[o];
            if (!kept[o])
                continue;
            Dictionary<int, int> twins = output.Role == OutputRole.Yield ? yields : sums;
            if (output.Role != OutputRole.Next && twins.TryGetValue(values[output.Value].Id, out position[o]))
                continue;
            position[o] = outputs.Count;
            if (output.Role != OutputRole.Next)
                twins[values[output.Value].Id] = outputs.Count;
            outputs.Add((output.Name, values[output.Value], output.Role));
        }

        return position;
    }

    // A sequence that the step yields as it came is that sequence; with lengths only if it is 0 past the end already.
    private static Value? Passed(Rewriter rewriter, ScanOp scan, Graph body, Value[] operands, int o)
    {
        Output output = body.Outputs[o];
        if (output.Role != OutputRole.Yield || output.Value >= scan.Sequences)
            return null;
        if (!scan.HasLengths)
            return operands[output.Value];

        var maker = rewriter.Builder.Definition(operands[output.Value]);
        bool padded = maker is { Op: ScanOp { HasLengths: true } }
            && maker.Value.Operands[maker.Value.Operands.Length - 1] == operands[operands.Length - 1].Id;
        return padded ? operands[output.Value] : null;
    }

    // A loop with lengths and without states finds its rows by a sequence, even by one that its step does not read.
    // −1 where there is something else to find them by.
    private static int SequenceOfRows(Rewriter rewriter, ScanOp scan, Value[] operands, bool[] kept, bool[] live)
    {
        bool any = !scan.HasLengths || scan.Sequences == 0 || Enumerable.Range(0, scan.States).Any(s => kept[s] && !scan.IsTable(s))
            || Enumerable.Range(0, scan.Sequences).Any(i => live[i] && rewriter.Builder.Definition(operands[i])?.Op is not ConstantOp);
        return any ? -1 : 0;
    }

    // A state is kept if its final value is used or a kept output reads it.
    private static bool[] LiveOutputs(ScanOp scan, Graph body, bool[] used)
    {
        var kept = (bool[])used.Clone();
        while (true)
        {
            bool[] live = Liveness.Run(body, body.Outputs.Where((_, o) => kept[o]).Select(output => output.Value));
            bool changed = false;
            for (int s = 0; s < scan.States; s++)
            {
                if (live[scan.Sequences + s] && !kept[s])
                    changed = kept[s] = true;
            }

            if (changed)
                continue;

            // With lengths a loop finds its rows by a state or a sequence.
            bool any = !scan.HasLengths || Enumerable.Range(0, scan.States).Any(s => kept[s] && !scan.IsTable(s))
                || Enumerable.Range(0, scan.Sequences).Any(i => live[i]);
            int state = any ? -1 : Enumerable.Range(0, scan.States).Where(s => !scan.IsTable(s)).DefaultIfEmpty(-1).First();
            if (state < 0)
                return kept;
            kept[state] = true;
        }
    }

    private static Value[] Copy(GraphBuilder step, Graph body, Value[] arguments, bool[] live)
    {
        var values = new Value[body.Values.Count];
        Array.Copy(arguments, values, arguments.Length);
        for (int n = 0; n < body.Nodes.Count; n++)
        {
            if (Liveness.AnyResult(body, n, live))
                step.InlineNode(body, n, values);
        }

        return values;
    }
}
