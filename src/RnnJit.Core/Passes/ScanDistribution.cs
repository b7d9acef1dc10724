using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Passes;

/// <summary>Rewrites one scan into ops before its loop, the remaining loop, and ops after it.</summary>
internal sealed class ScanDistribution
{
    private readonly GraphBuilder outer;
    private readonly ScanOp scan;
    private readonly Graph body;
    private readonly Value[] operands;
    private readonly LoopPlaces places;
    private readonly int[] yields;
    private readonly ValuesOverTime over;

    /// <param name="ofLoops">Which operands other loops give.</param>
    public ScanDistribution(GraphBuilder outer, ScanOp scan, Value[] operands, bool[] ofLoops)
    {
        this.outer = outer;
        this.scan = scan;
        this.operands = operands;
        body = scan.Body;
        places = new LoopPlaces(outer, scan, operands, ofLoops);
        var terms = new TotalTerms(body, places);
        yields = LoopYields.Of(scan, places, terms);
        over = new ValuesOverTime(outer, scan, operands, places, terms);
    }

    public Value[] Run()
    {
        // A loop that keeps nothing is none.
        Value[] finals = scan.States == 0 && yields.Length == 0 ? [] : BuildLoop();
        return body.Outputs.Select((output, o) => output.Role == OutputRole.Next ? finals[o] : over.Of(output)).ToArray();
    }

    // The loop that is left: early values come in as sequences and constants, late ones are gone.
    private Value[] BuildLoop()
    {
        bool[] live = LiveInLoop();
        var step = new GraphBuilder();
        var values = new Value[body.Values.Count];
        List<Value> given = Inputs(live, step, values);
        for (int n = 0; n < body.Nodes.Count; n++)
        {
            int first = body.Values.FirstResult(n);
            bool isLate = false;
            for (int v = first; v < first + body.Nodes[n].Results.Count; v++)
                isLate |= live[v] && !places.Early[v];
            if (isLate)
                step.InlineNode(body, n, values);
        }

        var outputs = new List<(string, Value, OutputRole)>();
        var called = new Dictionary<int, string>();
        foreach (Output output in body.Outputs)
        {
            if (output.Role == OutputRole.Next)
                outputs.Add((output.Name, values[output.Value], OutputRole.Next));
            if (!called.ContainsKey(output.Value))
                called.Add(output.Value, output.Name);
        }

        foreach (int v in yields)
            outputs.Add((called.TryGetValue(v, out string? name) ? name : "kept" + v, values[v], OutputRole.Yield));
        Value[] results =
            outer.AddMany(new ScanOp(step.Build("body", "step", outputs), scan.Time, scan.Reverse, scan.HasLengths), given.ToArray());
        for (int i = 0; i < yields.Length; i++)
            over.Give(yields[i], results[scan.States + i]);

        return results;
    }

    // Adds the loop's inputs to its step and returns what is given for them; early values that the loop reads are inputs too.
    private List<Value> Inputs(bool[] live, GraphBuilder step, Value[] values)
    {
        int[] computed =
            Enumerable.Range(body.Inputs.Count, body.Values.Count - body.Inputs.Count).Where(v => live[v] && places.Early[v]).ToArray();
        var names = new FreshNames(body.Inputs.Select(port => port.Name));
        var given = new List<Value>();

        void Port(int v, PortRole role)
        {
            string name =
                v < body.Inputs.Count ? body.Inputs[v].Name : names.Of(body.LocalNames.TryGetValue(v, out string? local) ? local : "early");
            values[v] = step.Input(name, body.Values.Type(v), role);
            given.Add(v < body.Inputs.Count ? operands[v] : over.Lift(v));
        }

        void Ports(int start, int count, PortRole role)
        {
            for (int i = start; i < start + count; i++)
                Port(i, role);
        }

        Ports(0, scan.Sequences, PortRole.Sequence);
        foreach (int v in computed.Where(v => places.Classes[v] == StepClass.Sequence))
            Port(v, PortRole.Sequence);
        for (int s = 0; s < scan.States; s++)
            Port(scan.Sequences + s, body.Inputs[scan.Sequences + s].Role);
        Ports(scan.Sequences + scan.States, scan.Constants, PortRole.Constant);
        foreach (int v in computed.Where(v => places.Classes[v] == StepClass.Invariant))
            Port(v, PortRole.Constant);
        if (scan.HasLengths)
            given.Add(operands[operands.Length - 1]);
        return given;
    }

    private bool[] LiveInLoop()
    {
        var live = new bool[body.Values.Count];
        foreach (int root in body.Outputs.Where(output => output.Role == OutputRole.Next).Select(output => output.Value).Concat(yields))
            live[root] = true;
        for (int v = live.Length - 1; v >= body.Inputs.Count; v--)
        {
            if (!live[v] || places.Early[v])
                continue;
            foreach (int operand in places.OperandsOf(v))
                live[operand] = true;
        }

        return live;
    }
}
