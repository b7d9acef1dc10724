using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Passes;

/// <summary>
/// The adjoint of a scan is a scan in the other direction: sequence ↔ yielded sequence, initial ↔ final state, captured constant ↔ sum,
/// gather from a table ↔ scatter-add into one. Its body recomputes the step from the states that the step read and propagates the
/// cotangents backward through it; the pass Rematerialize decides which values are stored instead.
/// </summary>
internal sealed class ScanAdjoint
{
    private readonly ScanOp scan;
    private readonly Graph body;
    private readonly GraphBuilder step = new();
    private readonly HashSet<string> names;
    private readonly Value[] inputs;
    private readonly int[] yields;
    private readonly int[] sums;
    private readonly List<(string, Value, OutputRole)> outputs = [];
    private readonly List<int> targets = [];

    private ScanAdjoint(ScanOp scan, Value?[] cotangents)
    {
        this.scan = scan;
        body = scan.Body;
        names = [.. body.Inputs.Select(port => port.Name)];
        inputs = new Value[body.Inputs.Count];
        yields = Present(scan.States, scan.Yields);
        sums = Present(scan.States + scan.Yields, scan.Sums);

        int[] Present(int start, int count) => Enumerable.Range(start, count).Where(i => cotangents[i] is not null).ToArray();
    }

    private int FirstConstant => scan.Sequences + scan.States;

    /// <summary>The same scan that also yields every state as the step reads it; new yields are appended after the old ones, before the
    /// sums.</summary>
    public static ScanOp YieldStates(ScanOp scan)
    {
        Graph body = scan.Body;
        List<Output> outputs = body.Outputs.ToList();
        int at = scan.States + scan.Yields;
        for (int s = 0; s < scan.States; s++)
        {
            if (!scan.IsTable(s) && HistoryYield(scan, s) < 0)
                outputs.Insert(at++, new Output("previous_" + body.Inputs[scan.Sequences + s].Name, scan.Sequences + s, OutputRole.Yield));
        }

        if (outputs.Count == body.Outputs.Count)
            return scan;

        var extended = new Graph(body.Kind, body.Name, body.Inputs, body.Nodes, outputs.ToEquatable()) { LocalNames = body.LocalNames };
        return new ScanOp(extended, scan.Time, scan.Reverse, scan.HasLengths);
    }

    public static Value?[] Run(ScanOp scan, Value[] operands, Value[] results, Value?[] cotangents)
    {
        var adjoint = new ScanAdjoint(scan, cotangents);
        ScanOp reversed = adjoint.Build();
        Value[] gradients = operands[0].Builder.AddMany(reversed, adjoint.Operands(operands, results, cotangents).ToArray());
        var result = new Value?[operands.Length];
        for (int i = 0; i < adjoint.targets.Count; i++)
            result[adjoint.targets[i]] = gradients[i];

        return result;
    }

    private ScanOp Build()
    {
        for (int i = 0; i < FirstConstant; i++)
        {
            if (!IsTable(i))
                inputs[i] = step.Input(body.Inputs[i].Name, body.Inputs[i].Type, PortRole.Sequence);
        }

        Value[] dYields = yields.Select(i => OutputCotangent(i, PortRole.Sequence)).ToArray();
        Value[] dStates =
            Enumerable.Range(0, scan.States).Select(s => OutputCotangent(s, scan.IsTable(s) ? PortRole.Table : PortRole.State)).ToArray();

        // A table may be read as it is at the end.
        for (int i = scan.Sequences; i < inputs.Length; i++)
        {
            if (i < FirstConstant && !IsTable(i))
                continue;
            inputs[i] = step.Input(body.Inputs[i].Name, body.Inputs[i].Type, PortRole.Constant);
        }

        Value[] dSums = sums.Select(i => OutputCotangent(i, PortRole.Constant)).ToArray();

        var tape = new Tape(step);
        Value[] values = tape.Record(body, inputs);
        Value Output(int i) => values[body.Outputs[i].Value];
        for (int s = 0; s < scan.States; s++)
            tape.Seed(Output(s), dStates[s]);
        for (int i = 0; i < yields.Length; i++)
            tape.Seed(Output(yields[i]), dYields[i]);
        for (int i = 0; i < sums.Length; i++)
            tape.Seed(Output(sums[i]), dSums[i]);
        tape.Backward(inputs.Where(input => input.Type.IsReal));

        for (int i = scan.Sequences; i < FirstConstant; i++)
            Give(i, tape.Cotangent(inputs[i]) ?? step.Add(new ConstantOp(0, inputs[i].Type)), OutputRole.Next);
        for (int i = 0; i < scan.Sequences; i++)
            Give(i, tape.Cotangent(inputs[i]), OutputRole.Yield);
        for (int i = FirstConstant; i < inputs.Length; i++)
            Give(i, tape.Cotangent(inputs[i]), OutputRole.Sum);
        return new ScanOp(step.Build("body", body.Name + "_adjoint", outputs), scan.Time, !scan.Reverse, scan.HasLengths);
    }

    private bool IsTable(int input) => body.Inputs[input].Role == PortRole.Table;

    private IEnumerable<Value> Operands(Value[] operands, Value[] results, Value?[] cotangents)
    {
        GraphBuilder outer = operands[0].Builder;
        var given = new List<Value>(operands.Take(scan.Sequences));
        given.AddRange(Enumerable.Range(0, scan.States).Where(s => !scan.IsTable(s)).Select(s => results[HistoryYield(scan, s)]));
        given.AddRange(yields.Select(i => cotangents[i]!));
        given.AddRange(
            Enumerable.Range(0, scan.States).Select(s => cotangents[s] ?? outer.Add(new ConstantOp(0, operands[scan.Sequences + s].Type))));
        given.AddRange(Enumerable.Range(0, scan.States).Where(scan.IsTable).Select(s => results[s]));
        given.AddRange(operands.Skip(FirstConstant).Take(scan.Constants));
        given.AddRange(sums.Select(i => cotangents[i]!));
        given.AddRange(operands.Skip(body.Inputs.Count));
        return given;
    }

    private Value OutputCotangent(int output, PortRole role)
    {
        string name = "d_" + body.Outputs[output].Name;
        while (!names.Add(name))
            name += "_";
        return step.Input(name, body.Values.Type(body.Outputs[output].Value), role);
    }

    private void Give(int input, Value? gradient, OutputRole role)
    {
        if (gradient is null)
            return;
        outputs.Add(("d_" + body.Inputs[input].Name, gradient, role));
        targets.Add(input);
    }

    // The result that yields state s as the step reads it, −1 if none does.
    private static int HistoryYield(ScanOp scan, int s)
    {
        for (int i = scan.States; i < scan.States + scan.Yields; i++)
        {
            if (scan.Body.Outputs[i].Value == scan.Sequences + s)
                return i;
        }

        return -1;
    }
}
