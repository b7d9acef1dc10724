using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Passes;

/// <summary>
/// r + Σ over blocks of time ⇒ a sum over blocks with r as its initial value, where r is the partial sum of the remainder's steps. The
/// accumulation order then equals that of a loop without blocks. Common ops after both move after the addition: f(r) + f(Σ) ⇒ f(r + Σ) for
/// views, sums and products with one factor in common.
/// </summary>
public static class ChainBlockSums
{
    /// <summary>Its name among the stages.</summary>
    public const string Name = "chain-block-sums";

    /// <summary>The name of <see cref="Join"/> among the stages.</summary>
    public const string JoinName = "join-block-sums";

    /// <summary>Lets sums over blocks begin with the sum over the steps left over.</summary>
    public static Graph Run(Graph graph) => HasBlocks(graph) ? Begin(graph) : graph;

    /// <summary>Moves views, sums and products after the addition: f(r) + f(Σ) ⇒ f(r + Σ).</summary>
    public static Graph Join(Graph graph)
    {
        if (!HasBlocks(graph))
            return graph;
        var rebuild = new Rebuild(graph);
        var met = new Dictionary<(int Left, int Whole), Value>();
        rebuild.Replace = node =>
        {
            if (graph.Nodes[node].Op is not AddOp)
                return null;
            int a = graph.Nodes[node].Operands[0], b = graph.Nodes[node].Operands[1];
            return Meets(graph, a, b) ? [Make(a, b)] : Meets(graph, b, a) ? [Make(b, a)] : null;
        };
        return rebuild.Run();

        Value Make(int rest, int whole)
        {
            if (rest == whole)
                return rebuild.Get(rest);
            if (met.TryGetValue((rest, whole), out Value? known))
                return known;
            Node? maker = GoesOn(graph, rest, whole) ? null : Maker(graph, rest);
            return met[(rest, whole)] = maker is null
                ? rebuild.Get(rest) + rebuild.Get(whole)
                : rebuild.Builder.Add(maker.Op, maker.Operands.Zip(Maker(graph, whole)!.Operands, Make).ToArray());
        }
    }

    private static bool HasBlocks(Graph graph) => graph.Nodes.Any(node => node.Op is ScanOp { HasLoops: true });

    // True if two values are computed by the same linear ops from a remainder's partial sum and from the block sum that can continue it.
    private static bool Meets(Graph graph, int rest, int whole)
    {
        if (GoesOn(graph, rest, whole))
            return true;
        if (Maker(graph, rest) is not { } a || Maker(graph, whole) is not { } b || !a.Op.Equals(b.Op))
            return false;

        bool[] same = a.Operands.Zip(b.Operands, (x, y) => x == y).ToArray();
        bool isLinear = a.Op switch
        {
            SliceOp or ReshapeOp or TransposeOp => true,
            AddOp => a.Operands.All(operand => graph.Values.Type(operand) == a.Results[0]) && !same.Any(s => s),
            ContractOp => same.Count(s => s) == 1,
            _ => false,
        };

        // Two nodes with all operands equal are one value, without a block sum to continue.
        return isLinear && !same.All(s => s)
            && Enumerable.Range(0, same.Length).All(o => same[o] || Meets(graph, a.Operands[o], b.Operands[o]));
    }

    // True if whole is a sum over blocks and rest is computed from the remainder's steps as the terms are; a remainder of one step has its
    // term as the sum.
    private static bool GoesOn(Graph graph, int rest, int whole)
    {
        if (Maker(graph, whole) is not { Op: ScanOp { HasLoops: true } scan } loop
            || graph.Values.Result(whole) is var result && result < scan.States + scan.Yields
            || graph.Values.Type(rest) != graph.Values.Type(whole) || Maker(graph, rest) is not { } maker
            || scan.Body.Values.Node(scan.Body.Outputs[result].Value) is not (var inner and >= 0)
            || Liveness.Run(graph, [rest])[whole - result])
            return false;

        Node term = scan.Body.Nodes[inner];
        if (maker.Op is ScanOp { HasLoops: false } && graph.Values.Type(rest).Dims is { Count: > 0 } dims && dims[0].IsOne)
            return term.Op is SumOp;
        return maker.Op.Equals(term.Op) && term.Op is ContractOp or SumOp
            && maker.Operands.Zip(term.Operands,
                (x, y) => graph.Values.Type(x).Dims.Skip(1).SequenceEqual(scan.Body.Values.Type(y).Dims.Skip(1))).All(fits => fits);
    }

    private static Node? Maker(Graph graph, int value) => graph.Values.Node(value) is int node and >= 0 ? graph.Nodes[node] : null;

    private static Graph Begin(Graph graph)
    {
        int[] uses = Liveness.Uses(graph);
        var starts = new Dictionary<int, int>();
        var added = new Dictionary<int, int>();
        for (int n = 0; n < graph.Nodes.Count; n++)
        {
            if (graph.Nodes[n].Op is not AddOp)
                continue;
            int a = graph.Nodes[n].Operands[0], b = graph.Nodes[n].Operands[1];
            int whole = GoesOn(graph, a, b) ? b : GoesOn(graph, b, a) ? a : -1;
            if (whole >= 0 && uses[whole] == 1)
                (starts[whole], added[n]) = (whole == a ? b : a, whole);
        }

        var rebuild = new Rebuild(graph);
        rebuild.Replace = node => added.TryGetValue(node, out int whole) ? [rebuild.Get(whole)]
            : graph.Nodes[node].Op is ScanOp && Enumerable.Range(graph.Values.FirstResult(node), graph.Nodes[node].Results.Count)
                .Any(starts.ContainsKey) ? Begun(graph, node, starts, rebuild)
            : null;
        return rebuild.Run();
    }

    // The sums that begin with something are tables: they come in with it, and a step adds to them.
    private static Value[] Begun(Graph graph, int node, Dictionary<int, int> starts, Rebuild rebuild)
    {
        var scan = (ScanOp)graph.Nodes[node].Op;
        Graph body = scan.Body;
        int first = graph.Values.FirstResult(node), behind = scan.Sequences + scan.States;
        int[] sums = Enumerable.Range(0, body.Outputs.Count).Where(o => starts.ContainsKey(first + o)).ToArray();
        int[] others = Enumerable.Range(scan.States, body.Outputs.Count - scan.States).Except(sums).ToArray();
        Value[] operands = graph.Nodes[node].Operands.Select(rebuild.Get).ToArray();

        var step = new GraphBuilder();
        var names = new HashSet<string>(body.Inputs.Select(port => port.Name));
        var values = new Value[body.Values.Count];
        Copy(0, behind);
        string[] called = sums.Select(o => Unused(body.Outputs[o].Name)).ToArray();
        Value[] tables = sums.Select((o, s) => step.Input(called[s], body.Values.Type(body.Outputs[o].Value), PortRole.Table)).ToArray();
        Copy(behind, body.Inputs.Count);
        for (int n = 0; n < body.Nodes.Count; n++)
            step.InlineNode(body, n, values);

        var outputs = Enumerable.Range(0, scan.States).Select(Given).ToList();
        outputs.AddRange(
            sums.Select((o, s) => (called[s], step.Add(AccumulateOp.Instance, tables[s], values[body.Outputs[o].Value]), OutputRole.Next)));
        outputs.AddRange(others.Select(Given));
        IEnumerable<Value> given =
            operands.Take(behind).Concat(sums.Select(o => rebuild.Get(starts[first + o]))).Concat(operands.Skip(behind));
        Value[] done = rebuild.Builder.AddMany(new ScanOp(step.Build("body", "step", outputs), scan.Time, scan.Reverse, scan.HasLengths),
            given.ToArray());
        int[] order = Enumerable.Range(0, scan.States).Concat(sums).Concat(others).ToArray();
        return Enumerable.Range(0, order.Length).Select(o => done[Array.IndexOf(order, o)]).ToArray();

        void Copy(int start, int end)
        {
            for (int i = start; i < end; i++)
                values[i] = step.Input(body.Inputs[i].Name, body.Inputs[i].Type, body.Inputs[i].Role);
        }

        (string, Value, OutputRole) Given(int o) => (body.Outputs[o].Name, values[body.Outputs[o].Value], body.Outputs[o].Role);

        string Unused(string name)
        {
            while (!names.Add(name))
                name += "_";
            return name;
        }
    }
}
