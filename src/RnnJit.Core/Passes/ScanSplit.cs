using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Passes;

/// <summary>Splits one scan into several, each of which reads yields of the earlier ones.</summary>
internal sealed class ScanSplit(GraphBuilder outer, ScanOp scan, Value[] operands, SplitLevels levels)
{
    private readonly Graph body = scan.Body;
    private readonly HashSet<int>[] read = Enumerable.Range(0, levels.Count).Select(_ => new HashSet<int>()).ToArray();
    private readonly Dictionary<int, Value> yielded = [];

    public Value[] Run()
    {
        for (int level = levels.Count - 1; level >= 0; level--)
            FindRead(level);
        var results = new Value[body.Outputs.Count];
        for (int level = 0; level < levels.Count; level++)
            BuildLoop(level, results);
        return results;
    }

    // A state stays in its loop; everything else is given out by the first loop after which it is there.
    private int LevelOf(int output) =>
        body.Outputs[output].Role == OutputRole.Next ? levels.OfState(output) : Math.Max(levels.OfValue(body.Outputs[output].Value), 0);

    private IEnumerable<int> OutputsOf(int level) => Enumerable.Range(0, body.Outputs.Count).Where(o => LevelOf(o) == level);

    private IEnumerable<int> HandedOn(int level) =>
        read.Skip(level + 1).SelectMany(values => values).Where(value => levels.OfValue(value) == level).Distinct().OrderBy(value => value);

    private bool IsHandedTo(int level, int value) => levels.OfValue(value) >= 0 && levels.OfValue(value) < level;

    // All values that a loop reads or makes; those of earlier loops come in as sequences.
    private void FindRead(int level)
    {
        var open = new Stack<int>(OutputsOf(level).Select(o => body.Outputs[o].Value).Concat(HandedOn(level)));
        while (open.Count > 0)
        {
            int value = open.Pop();
            if (!read[level].Add(value) || IsHandedTo(level, value) || body.Values.Node(value) is not (int node and >= 0))
                continue;
            foreach (int operand in body.Nodes[node].Operands)
                open.Push(operand);
        }
    }

    private void BuildLoop(int level, Value[] results)
    {
        var step = new GraphBuilder();
        var values = new Value[body.Values.Count];
        var given = new List<Value>();
        var names = new FreshNames(body.Inputs.Select(port => port.Name));
        void Port(int value, string name, PortRole role, Value operand)
        {
            values[value] = step.Input(name, body.Values.Type(value), role);
            given.Add(operand);
        }

        foreach (int i in Enumerable.Range(0, scan.Sequences).Where(read[level].Contains))
            Port(i, body.Inputs[i].Name, PortRole.Sequence, operands[i]);
        foreach (int value in read[level].Where(value => IsHandedTo(level, value)).OrderBy(value => value))
            Port(value, names.Of(NameOf(value)), PortRole.Sequence, yielded[value]);
        for (int s = 0; s < scan.States; s++)
        {
            if (levels.OfState(s) == level)
                Port(scan.Sequences + s, body.Inputs[scan.Sequences + s].Name, PortRole.State, operands[scan.Sequences + s]);
        }

        foreach (int i in Enumerable.Range(scan.Sequences + scan.States, scan.Constants).Where(read[level].Contains))
            Port(i, body.Inputs[i].Name, PortRole.Constant, operands[i]);
        if (scan.HasLengths)
            given.Add(operands[operands.Length - 1]);

        for (int n = 0; n < body.Nodes.Count; n++)
        {
            int value = body.Values.FirstResult(n);
            if (read[level].Contains(value) && !IsHandedTo(level, value))
                step.InlineNode(body, n, values);
        }

        AddLoop(level, step, values, given, results);
    }

    private void AddLoop(int level, GraphBuilder step, Value[] values, List<Value> given, Value[] results)
    {
        int[] own = OutputsOf(level).ToArray();
        var outputs = own.Where(o => body.Outputs[o].Role == OutputRole.Next)
            .Concat(own.Where(o => body.Outputs[o].Role == OutputRole.Yield)).Select(o => body.Outputs[o]).ToList();
        var names = new FreshNames(own.Select(o => body.Outputs[o].Name));
        foreach (int value in HandedOn(level))
        {
            if (!outputs.Any(output => output.Role == OutputRole.Yield && output.Value == value))
                outputs.Add(new Output(names.Of(NameOf(value)), value, OutputRole.Yield));
        }

        outputs.AddRange(own.Where(o => body.Outputs[o].Role == OutputRole.Sum).Select(o => body.Outputs[o]));
        Graph loop = step.Build("body", "step", outputs.Select(output => (output.Name, values[output.Value], output.Role)));
        Value[] made = outer.AddMany(new ScanOp(loop, scan.Time, scan.Reverse, scan.HasLengths), given.ToArray());
        for (int o = 0; o < outputs.Count; o++)
        {
            if (outputs[o].Role == OutputRole.Yield && !yielded.ContainsKey(outputs[o].Value))
                yielded[outputs[o].Value] = outer.Label(made[o], outputs[o].Name);
        }

        foreach (int o in own)
            results[o] = made[outputs.IndexOf(body.Outputs[o])];
    }

    // A state is read as it was before the step.
    private string NameOf(int value) => value < body.Inputs.Count ? "previous_"
        + body.Inputs[value].Name : body.LocalNames.TryGetValue(value, out string? name) ? name : "made" + value;
}
