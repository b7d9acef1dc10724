using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Planning;

namespace RnnJit.Passes;

/// <summary>Placement of a step's values: hoisted before the loop, left in it, or sunk after it.</summary>
internal sealed class LoopPlaces
{
    private readonly GraphBuilder outer;
    private readonly ScanOp scan;
    private readonly Graph body;
    private readonly Value[] operands;
    private readonly bool[] ofLoops;
    private readonly RunningRows rows;
    private readonly StepClass[] classes;
    private readonly bool[] early;

    /// <param name="ofLoops">True for operands that are results of other loops.</param>
    public LoopPlaces(GraphBuilder outer, ScanOp scan, Value[] operands, bool[] ofLoops)
    {
        this.outer = outer;
        this.scan = scan;
        this.operands = operands;
        this.ofLoops = ofLoops;
        body = scan.Body;
        rows = new RunningRows(scan);
        classes = StepClasses.Of(scan);
        early = FindEarly();
        Late = FindLate();
    }

    /// <summary>The class of each value: invariant, by sequence or by state.</summary>
    public StepClass[] Classes => classes;

    /// <summary>True for values hoisted before the loop.</summary>
    public bool[] Early => early;

    /// <summary>True for values sunk after the loop.</summary>
    public bool[] Late { get; }

    public Op? OpOf(int value) => body.Values.Node(value) is int node and >= 0 ? body.Nodes[node].Op : null;

    public int[] OperandsOf(int value) => body.Nodes[body.Values.Node(value)].Operands.ToArray();

    /// <summary>True for a value that can be computed over all steps without the loop.</summary>
    public bool IsOutside(int value) => early[value] || (value < body.Inputs.Count && classes[value] != StepClass.State);

    /// <summary>True for a value with two axes that end by lengths: a factor that is 0 past the end of only one of them does not make it
    /// 0.</summary>
    public bool Pairs(int value) => rows.Pairs(value);

    /// <summary>
    /// True for an operand whose yield is 0 in every ended row that the value contains or sums over. An operand without a batch axis is
    /// shared by all rows and is not 0 before the longest row ends.
    /// </summary>
    public bool EndsWithRows(int value, int operand) =>
        classes[operand] != StepClass.Invariant && (rows.Has(operand) || !OperandsOf(value).Any(rows.Has));

    // Contractions that depend on no state, and loop-invariant values. Without states all steps are independent, so everything is hoisted.
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
            found[v] = CanLift(v) && OperandsOf(v).All(operand => liftable[operand]) && op.Family != OpFamily.Leaf && !rows.Meet(v)
                && (classes[v] == StepClass.Invariant || (classes[v] == StepClass.Sequence
                    && (op.Family == OpFamily.Contraction || IsMap || ReassociateSums.IsUnit(body, v, readers, IsProductOutside))));
        }

        return found;

        // True for a product hoisted out of this loop, or sunk out of the loop that gives the operand.
        bool IsProductOutside(int value) => found[value] ? ReassociateSums.IsProduct(body, value)
            : value < scan.Sequences && ofLoops[value] && outer.Definition(operands[value])?.Op is ContractOp op
                && AccumulatorInits.CanStart(op);
    }

    private bool IsMap => scan.States == 0 && !scan.HasLengths;

    // Values that can be computed outside the loop together with all their operands, provided that they depend on no state.
    private bool[] FindLiftable()
    {
        var liftable = new bool[body.Values.Count];
        for (int v = 0; v < liftable.Length; v++)
        {
            liftable[v] = OpOf(v) is not { } op || (!rows.Meet(v)
                && (op.Family == OpFamily.Leaf
                    || (classes[v] != StepClass.State && CanLift(v) && OperandsOf(v).All(operand => liftable[operand]))));
        }

        return liftable;
    }

    // A gather can run over all steps at once if its table is loop-invariant.
    private bool CanLift(int value) =>
        TimeLift.CanLift(OpOf(value)!) && (OpOf(value) is not GatherOp || classes[OperandsOf(value)[0]] == StepClass.Invariant);

    // Contractions on which no next state depends, and the values computed from them.
    private bool[] FindLate()
    {
        bool[] needed = Liveness.Run(body, body.Outputs.Where(output => output.Role == OutputRole.Next).Select(output => output.Value));
        var found = new bool[body.Values.Count];
        for (int v = body.Inputs.Count; v < found.Length; v++)
        {
            if (needed[v] || early[v] || !CanLift(v) || rows.Pairs(v))
                continue;
            found[v] = OperandsOf(v).Any(operand => found[operand]) || (IsHeavy(v) && classes[v] == StepClass.State);
        }

        if (scan.HasLengths)
            KeepWhatIsNotZeroPastTheEnd(found);
        else
            KeepWhatTheStepReads(found);
        return found;
    }

    // Users of a sunk value are sunk too; if one cannot be, the value stays in the loop.
    private bool KeepWhatTheStepReads(bool[] found)
    {
        bool changed = false;
        for (int v = body.Inputs.Count; v < found.Length; v++)
        {
            if (found[v] || !OperandsOf(v).Any(operand => found[operand]))
                continue;
            foreach (int operand in OperandsOf(v))
                changed |= Revoke(found, operand);
        }

        return changed;
    }

    // Ops that are faster over all steps at once: products, and sums over the batch.
    private bool IsHeavy(int value) =>
        OpOf(value) is ContractOp || (OpOf(value) is SumOp sum && sum.Axes[0] == 0 && body.Values.Type(OperandsOf(value)[0]).Rank > 1);

    // Yields are 0 past a row's end. After the loop only ops with f(0) = 0 keep padding rows at 0, so other
    // ops and their operands stay in the loop.
    private void KeepWhatIsNotZeroPastTheEnd(bool[] found)
    {
        bool changed = true;
        while (changed)
        {
            changed = false;
            for (int v = body.Inputs.Count; v < found.Length; v++)
            {
                if (!found[v] || IsZeroPastTheEnd(v))
                    continue;
                found[v] = false;
                changed = true;
                foreach (int operand in OperandsOf(v))
                    changed |= Revoke(found, operand);
            }

            changed |= KeepWhatTheStepReads(found);
        }
    }

    // Terms have to end with the row all together, of factors one has to.
    private bool IsZeroPastTheEnd(int value) => OpOf(value) switch
    {
        AddOp or SubOp or ConcatOp => OperandsOf(value).All(operand => EndsWithRows(value, operand)),
        ContractOp or MulOp => OperandsOf(value).Any(operand => EndsWithRows(value, operand)),
        NegOp or SliceOp or ReshapeOp or TransposeOp or SumOp => true,
        _ => false,
    };

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
}
