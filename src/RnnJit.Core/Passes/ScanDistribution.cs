using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Planning;

namespace RnnJit.Passes;

/// <summary>Distributes the work of one scan before, into and behind its loop.</summary>
internal sealed class ScanDistribution
{
    private readonly GraphBuilder outer;
    private readonly ScanOp scan;
    private readonly Graph body;
    private readonly Value[] operands;
    private readonly bool[] ofLoops;
    private readonly StepClass[] classes;
    private readonly bool[] early;
    private readonly bool[] late;
    private readonly Dictionary<int, Value> lifted = [];
    private readonly List<int> yields = [];
    private readonly Dictionary<int, Value> yielded = [];
    private readonly Dictionary<int, Value> lateValues = [];
    private readonly Dictionary<int, Value> totals = [];
    private readonly HashSet<int> summed = [];
    private readonly bool[] required;
    private readonly bool[] isYielded;

    /// <param name="ofLoops">Which operands other loops give.</param>
    public ScanDistribution(GraphBuilder outer, ScanOp scan, Value[] operands, bool[] ofLoops)
    {
        this.outer = outer;
        this.scan = scan;
        this.operands = operands;
        this.ofLoops = ofLoops;
        body = scan.Body;
        classes = StepClasses.Of(body);
        early = FindEarly();
        late = FindLate();
        required = new bool[body.Values.Count];
        isYielded = new bool[body.Values.Count];
    }

    public Value[] Run()
    {
        // What the late part reads from the loop must be yielded by it.
        foreach (Output output in body.Outputs.Where(output => output.Role != OutputRole.Next))
            RequireYields(output);
        RequireOperands();
        // A loop that keeps nothing is none.
        Value[] finals = scan.States == 0 && yields.Count == 0 ? [] : BuildLoop();
        var results = new Value[body.Outputs.Count];
        for (int o = 0; o < results.Length; o++)
        {
            totals.Clear();
            results[o] = body.Outputs[o].Role switch
            {
                OutputRole.Next => finals[o],
                OutputRole.Yield => AtEveryStep(body.Outputs[o].Value),
                _ => Total(body.Outputs[o].Value),
            };
        }

        return results;
    }

    private Op? OpOf(int value) => body.Values.Node(value) is int node and >= 0 ? body.Nodes[node].Op : null;

    private int[] OperandsOf(int value) => body.Nodes[body.Values.Node(value)].Operands.ToArray();

    // Contractions that no state reaches, and whatever does not change with time; without states each step stands alone, so nothing needs a loop.
    private bool[] FindEarly()
    {
        bool[] liftable = FindLiftable();
        var readers = new int[body.Values.Count];
        foreach (int operand in body.Nodes.SelectMany(node => node.Operands.Distinct()))
            readers[operand]++;
        var found = new bool[body.Values.Count];
        for (int v = body.Inputs.Count; v < found.Length; v++)
        {
            Op op = OpOf(v)!;
            found[v] = TimeLift.CanLift(op) && OperandsOf(v).All(operand => liftable[operand]) && op.Family != OpFamily.Leaf && !(scan.HasLengths && ReducesBatch(v))
                && (classes[v] == StepClass.Invariant || (classes[v] == StepClass.Sequence && (op.Family == OpFamily.Contraction || IsMap || InputsFirst.IsUnit(body, v, readers, IsProductOutside))));
        }

        return found;

        // A product that goes before the loop, or one that went behind the loop which handed it on.
        bool IsProductOutside(int value) => found[value] ? InputsFirst.IsProduct(body, value)
            : value < scan.Sequences && ofLoops[value] && outer.Definition(operands[value])?.Op is ContractOp op && StartSums.CanStart(op);
    }

    private bool IsMap => scan.States == 0 && !scan.HasLengths;

    // With lengths such a value is of the rows that still run; over all steps at once it would be of all rows.
    private bool ReducesBatch(int value) => HasBatch(OperandsOf(value)) && !HasBatch([value]);

    private bool HasBatch(int[] values) => values.Any(value => body.Values.Type(value) is { Rank: > 0 } type && type.Dims[0].AsSymbol is { } symbol && symbol == scan.BatchSymbol());

    // What can stand outside with all it is made of, if no state reaches it.
    private bool[] FindLiftable()
    {
        var liftable = new bool[body.Values.Count];
        for (int v = 0; v < liftable.Length; v++)
        {
            liftable[v] = OpOf(v) is not { } op || op.Family == OpFamily.Leaf
                || (classes[v] != StepClass.State && TimeLift.CanLift(op) && OperandsOf(v).All(operand => liftable[operand]));
        }

        return liftable;
    }

    // Contractions that no next state needs, and what follows from them.
    private bool[] FindLate()
    {
        bool[] needed = Liveness.Run(body, body.Outputs.Where(output => output.Role == OutputRole.Next).Select(output => output.Value));
        var found = new bool[body.Values.Count];
        for (int v = body.Inputs.Count; v < found.Length; v++)
        {
            if (needed[v] || early[v] || !TimeLift.CanLift(OpOf(v)!))
                continue;
            found[v] = OperandsOf(v).Any(operand => found[operand]) || (IsHeavy(v) && classes[v] == StepClass.State);
        }

        if (scan.HasLengths)
            KeepWhatIsNotZeroPastTheEnd(found);
        return found;
    }

    // Work that is better done once for all steps: products, and sums over the batch.
    private bool IsHeavy(int value) => OpOf(value) is ContractOp || (OpOf(value) is SumOp sum && sum.Axes[0] == 0 && body.Values.Type(OperandsOf(value)[0]).Rank > 1);

    // Yields are 0 past a row's end. Behind the loop that holds for ops that give 0 for 0 only; the others stay, and so does what they read.
    private void KeepWhatIsNotZeroPastTheEnd(bool[] found)
    {
        bool changed = true;
        while (changed)
        {
            changed = false;
            for (int v = body.Inputs.Count; v < found.Length; v++)
            {
                if (!found[v] || (OpOf(v) is ContractOp or AddOp or SubOp or MulOp or NegOp or SliceOp or ConcatOp or ReshapeOp or TransposeOp or SumOp
                    && (OpOf(v) is not (AddOp or SubOp or ConcatOp) || OperandsOf(v).All(operand => classes[operand] != StepClass.Invariant))))
                    continue;
                found[v] = false;
                changed = true;
                foreach (int operand in OperandsOf(v))
                    changed |= Revoke(found, operand);
            }

            for (int v = body.Inputs.Count; v < found.Length; v++)
            {
                // What follows from a late value is late.
                if (!found[v] && OperandsOf(v).Any(operand => found[operand]))
                {
                    foreach (int operand in OperandsOf(v))
                        changed |= Revoke(found, operand);
                }
            }
        }
    }

    private bool Revoke(bool[] found, int value)
    {
        if (!found[value])
            return false;
        var open = new Stack<int>([value]);
        while (open.Count > 0)
        {
            int revoked = open.Pop();
            if (!found[revoked])
                continue;
            found[revoked] = false;
            foreach (int operand in OperandsOf(revoked))
                open.Push(operand);
        }

        return true;
    }

    private void RequireYields(Output output)
    {
        bool isSum = output.Role == OutputRole.Sum;
        var open = new Stack<int>([output.Value]);
        while (open.Count > 0)
        {
            int value = open.Pop();
            if (isSum && !summed.Add(value))
                continue;
            int[]? terms = isSum ? Terms(value) : null;
            foreach (int term in terms ?? [])
                open.Push(term);
            if (terms is not null)
                continue;
            if (late[value] || (isSum && IsDirectTotal(value)))
                required[value] = true;
            else if (scan.HasLengths || !IsOutside(value))
                Yield(value);
        }
    }

    // The values whose totals over time make the total of a value; null where it is taken of the value itself.
    private int[]? Terms(int value) => OpOf(value) is ReshapeOp ? OperandsOf(value) : SumParts(value) ?? (Factor(value) is { } factor ? [factor] : null);

    // What can be had over all steps without the loop.
    private bool IsOutside(int value) => early[value] || (value < body.Inputs.Count && classes[value] != StepClass.State);

    // A product or sum whose total over time is one product or one reduction.
    private bool IsDirectTotal(int value) => OpOf(value) is ContractOp or SumOp && OperandsOf(value).All(operand => classes[operand] != StepClass.Invariant);

    // What the late part is made of, down to what it reads from the loop.
    private void RequireOperands()
    {
        for (int v = required.Length - 1; v >= body.Inputs.Count; v--)
        {
            foreach (int operand in required[v] ? OperandsOf(v) : [])
                required[operand] |= late[operand];
        }

        for (int v = body.Inputs.Count; v < required.Length; v++)
        {
            if (required[v])
                YieldOperands(v);
        }
    }

    private void YieldOperands(int value)
    {
        int[] read = OperandsOf(value);
        bool allZeroPastTheEnd = scan.HasLengths && OpOf(value) is AddOp or SubOp or ConcatOp;
        foreach (int operand in read)
        {
            if (!late[operand] && classes[operand] != StepClass.Invariant && (allZeroPastTheEnd || !IsOutside(operand)))
                Yield(operand);
        }

        // With lengths at least one factor must be 0 past the end; a plain sequence may hold anything there.
        if (scan.HasLengths && !read.Any(operand => late[operand] || isYielded[operand]) && read.Any(operand => classes[operand] == StepClass.Sequence))
            Yield(read.First(operand => classes[operand] == StepClass.Sequence));
    }

    private void Yield(int value)
    {
        if (!isYielded[value])
            yields.Add(value);
        isYielded[value] = true;
    }

    // Σ (a + b) = Σ a + Σ b, so each part can be one product.
    private int[]? SumParts(int value) =>
        OpOf(value) is AddOp && OperandsOf(value).All(operand => body.Values.Type(operand) == body.Values.Type(value)) ? OperandsOf(value) : null;

    // Σ (a · w) = (Σ a) · w where w does not change with time: the factor that does.
    private int? Factor(int value)
    {
        if (OpOf(value) is not ContractOp)
            return null;

        int a = OperandsOf(value)[0], b = OperandsOf(value)[1];
        return (classes[a] == StepClass.Invariant, classes[b] == StepClass.Invariant) switch
        {
            (false, true) => a,
            (true, false) => b,
            _ => null,
        };
    }

    private Value Lift(int value)
    {
        PostOrder.Run(value, lifted.ContainsKey, v => v < body.Inputs.Count ? [] : OperandsOf(v), v => lifted[v] = Lifted(v));
        return lifted[value];
    }

    private Value Lifted(int value)
    {
        if (value < body.Inputs.Count)
            return operands[value];
        if (OpOf(value) is ConstantOp constant)
            return constant.Type.Rank == 0 ? outer.Constant(constant.Value, constant.Type.Element) : outer.Add(constant);
        if (OpOf(value)!.Family == OpFamily.Leaf)
            return outer.Add(OpOf(value)!);

        int[] read = OperandsOf(value);
        Value[] x = read.Select(operand => lifted[operand]).ToArray();
        Value result = classes[value] == StepClass.Invariant
            ? outer.Add(OpOf(value)!, x)
            : TimeLift.Apply(outer, OpOf(value)!, x, read.Select(operand => classes[operand] != StepClass.Invariant).ToArray(), body.Values.Type(value), scan.Time);
        Name(result, value);
        return result;
    }

    // The loop that is left: early values come in as sequences and constants, late ones are gone.
    private Value[] BuildLoop()
    {
        bool[] live = LiveInLoop();
        int[] computed = Enumerable.Range(body.Inputs.Count, body.Values.Count - body.Inputs.Count).Where(v => live[v] && early[v]).ToArray();
        int[] sequences = computed.Where(v => classes[v] == StepClass.Sequence).ToArray(), constants = computed.Where(v => classes[v] == StepClass.Invariant).ToArray();
        var step = new GraphBuilder();
        var names = new FreshNames(body.Inputs.Select(port => port.Name));
        var values = new Value[body.Values.Count];
        var given = new List<Value>();

        void Port(int v, PortRole role)
        {
            string name = v < body.Inputs.Count ? body.Inputs[v].Name : names.Of(body.LocalNames.TryGetValue(v, out string? local) ? local : "early");
            values[v] = step.Input(name, body.Values.Type(v), role);
            given.Add(v < body.Inputs.Count ? operands[v] : Lift(v));
        }

        void Ports(int start, int count, PortRole role)
        {
            for (int i = start; i < start + count; i++)
                Port(i, role);
        }

        Ports(0, scan.Sequences, PortRole.Sequence);
        foreach (int v in sequences)
            Port(v, PortRole.Sequence);
        for (int s = 0; s < scan.States; s++)
            Port(scan.Sequences + s, body.Inputs[scan.Sequences + s].Role);
        Ports(scan.Sequences + scan.States, scan.Constants, PortRole.Constant);
        foreach (int v in constants)
            Port(v, PortRole.Constant);
        if (scan.HasLengths)
            given.Add(operands[operands.Length - 1]);

        for (int n = 0; n < body.Nodes.Count; n++)
        {
            int first = body.Values.FirstResult(n);
            if (Enumerable.Range(first, body.Nodes[n].Results.Count).Any(v => live[v] && !early[v]))
                step.InlineNode(body, n, values);
        }

        var outputs = body.Outputs.Where(output => output.Role == OutputRole.Next).Select(output => (output.Name, values[output.Value], OutputRole.Next)).ToList();
        // In the order of the body, so that whoever puts them side by side finds one order.
        yields.Sort();
        ILookup<int, string> called = body.Outputs.ToLookup(output => output.Value, output => output.Name);
        outputs.AddRange(yields.Select(v => (called[v].FirstOrDefault() ?? "kept" + v, values[v], OutputRole.Yield)));
        Value[] results = outer.AddMany(new ScanOp(step.Build("body", "step", outputs), scan.Time, scan.Reverse, scan.HasLengths), given.ToArray());
        for (int i = 0; i < yields.Count; i++)
        {
            yielded[yields[i]] = results[scan.States + i];
            Name(results[scan.States + i], yields[i]);
        }

        return results;
    }

    private bool[] LiveInLoop()
    {
        var live = new bool[body.Values.Count];
        foreach (int root in body.Outputs.Where(output => output.Role == OutputRole.Next).Select(output => output.Value).Concat(yields))
            live[root] = true;
        for (int v = live.Length - 1; v >= body.Inputs.Count; v--)
        {
            if (!live[v] || early[v])
                continue;
            foreach (int operand in OperandsOf(v))
                live[operand] = true;
        }

        return live;
    }

    // The value over all steps, with time as the first axis.
    private Value Over(int value)
    {
        PostOrder.Run(value, IsOver, v => late[v] ? OperandsOf(v) : [], v => lateValues[v] = late[v] ? OverLate(v) : Lift(v));
        return Known(value);
    }

    private bool IsOver(int value) => yielded.ContainsKey(value) || lateValues.ContainsKey(value);

    private Value Known(int value) => yielded.TryGetValue(value, out Value? known) ? known : lateValues[value];

    private Value OverLate(int value)
    {
        int[] read = OperandsOf(value);
        Value result = TimeLift.Apply(outer, OpOf(value)!, read.Select(Known).ToArray(), read.Select(IsTimed).ToArray(), body.Values.Type(value), scan.Time);
        Name(result, value);
        return result;
    }

    // What does not change with time has no time axis of its own.
    private Value AtEveryStep(int value) => IsTimed(value) ? Over(value) : outer.Add(new BroadcastOp(body.Values.Type(value).Dims.Prepend(scan.Time)), Over(value));

    private bool IsTimed(int value) => late[value] || yielded.ContainsKey(value) || classes[value] != StepClass.Invariant;

    // Σ over time, added as the loop runs. A value of all steps that a total is multiplied with is written ~value.
    private Value Total(int value)
    {
        PostOrder.Run(value, v => v < 0 ? IsOver(~v) : totals.ContainsKey(v), v => v < 0 ? [] : Parts(v), v => _ = v < 0 ? Over(~v) : totals[v] = NewTotal(v));
        return totals[value];

        int[] Parts(int v) => Factor(v) is { } factor ? OperandsOf(v).Select(operand => operand == factor ? operand : ~operand).ToArray() : Terms(v) ?? [];
    }

    private Value NewTotal(int value)
    {
        // Σ of a reshaped value is the reshaped Σ.
        if (OpOf(value) is ReshapeOp reshape)
            return outer.Add(reshape, totals[OperandsOf(value)[0]]);
        if (SumParts(value) is { } parts)
            return parts.Select(part => totals[part]).Aggregate((a, b) => a + b);

        if (Factor(value) is { } factor)
            return outer.Add(OpOf(value)!, OperandsOf(value).Select(operand => operand == factor ? totals[operand] : Known(operand)).ToArray());

        if (!IsDirectTotal(value))
            return outer.Add(new ReshapeOp(body.Values.Type(value).Dims), outer.Add(new SumOp([0], !scan.Reverse), AtEveryStep(value)));

        Value[] x = OperandsOf(value).Select(Over).ToArray();
        if (OpOf(value) is ContractOp contract)
            return outer.Add(TimeLift.Contraction(contract, left: true, right: true, timeInResult: false, forwards: !scan.Reverse), x);

        IEnumerable<int> axes = ((SumOp)OpOf(value)!).Axes.Select(axis => axis + 1).Prepend(0);
        return outer.Add(new ReshapeOp(body.Values.Type(value).Dims), outer.Add(new SumOp(axes, !scan.Reverse), x));
    }

    private void Name(Value value, int of)
    {
        if (body.LocalNames.TryGetValue(of, out string? name))
            outer.Label(value, name);
    }
}
