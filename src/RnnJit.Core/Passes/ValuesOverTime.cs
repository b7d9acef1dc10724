using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Passes;

/// <summary>Values of a step over all steps, outside its loop, and their totals.</summary>
internal sealed class ValuesOverTime(GraphBuilder outer, ScanOp scan, Value[] operands, LoopPlaces places, TotalTerms terms)
{
    private readonly Graph body = scan.Body;
    private readonly StepClass[] classes = places.Classes;
    private readonly bool[] late = places.Late;
    private readonly Dictionary<int, Value> lifted = [];
    private readonly Dictionary<int, Value> yielded = [];
    private readonly Dictionary<int, Value> lateValues = [];
    private readonly Dictionary<int, Value> totals = [];

    /// <summary>Records the sequence that the loop yields for a value of its body.</summary>
    public void Give(int value, Value sequence)
    {
        yielded[value] = sequence;
        Name(sequence, value);
    }

    /// <summary>The Program's value that corresponds to an output of the body after the loop.</summary>
    public Value Of(Output output)
    {
        totals.Clear();
        return output.Role == OutputRole.Yield ? AtEveryStep(output.Value) : Total(output.Value);
    }

    /// <summary>A value that no state reaches.</summary>
    public Value Lift(int value)
    {
        PostOrder.Run(value, lifted.ContainsKey, v => v < body.Inputs.Count ? [] : places.OperandsOf(v), v => lifted[v] = Lifted(v));
        return lifted[value];
    }

    private Value Lifted(int value)
    {
        if (value < body.Inputs.Count)
            return operands[value];
        if (places.OpOf(value) is ConstantOp constant)
            return constant.Type.Rank == 0 ? outer.Constant(constant.Value, constant.Type.Element) : outer.Add(constant);
        if (places.OpOf(value)!.Family == OpFamily.Leaf)
            return outer.Add(places.OpOf(value)!);

        int[] read = places.OperandsOf(value);
        Value[] x = read.Select(operand => lifted[operand]).ToArray();
        Value result = classes[value] == StepClass.Invariant
            ? outer.Add(places.OpOf(value)!, x)
            : TimeLift.Apply(outer, places.OpOf(value)!, x, read.Select(operand => classes[operand] != StepClass.Invariant).ToArray(),
                body.Values.Type(value), scan.Time);
        Name(result, value);
        return result;
    }

    // The value over all steps, with time as the first axis.
    private Value Over(int value)
    {
        PostOrder.Run(value, IsOver, v => late[v] ? places.OperandsOf(v) : [], v => lateValues[v] = late[v] ? OverLate(v) : Lift(v));
        return Known(value);
    }

    private bool IsOver(int value) => yielded.ContainsKey(value) || lateValues.ContainsKey(value);

    private Value Known(int value) => yielded.TryGetValue(value, out Value? known) ? known : lateValues[value];

    private Value OverLate(int value)
    {
        int[] read = places.OperandsOf(value);
        Value result = TimeLift.Apply(outer, places.OpOf(value)!, read.Select(Known).ToArray(), read.Select(IsTimed).ToArray(),
            body.Values.Type(value), scan.Time);
        Name(result, value);
        return result;
    }

    // A loop-invariant value has no time axis and is broadcast over it.
    private Value AtEveryStep(int value) =>
        IsTimed(value) ? Over(value) : outer.Add(new BroadcastOp(body.Values.Type(value).Dims.Prepend(scan.Time)), Over(value));

    private bool IsTimed(int value) => late[value] || yielded.ContainsKey(value) || classes[value] != StepClass.Invariant;

    // Σ over time, added as the loop runs. A value of all steps that a total is multiplied with is written ~value.
    private Value Total(int value)
    {
        PostOrder.Run(value, v => v < 0 ? IsOver(~v) : totals.ContainsKey(v), v => v < 0 ? [] : Parts(v),
            v => _ = v < 0 ? Over(~v) : totals[v] = NewTotal(v));
        return totals[value];

        int[] Parts(int v) => terms.Factor(v) is { } factor ? places.OperandsOf(v).Select(operand => operand == factor ? operand : ~operand)
            .ToArray() : terms.Of(v) ?? [];
    }

    private Value NewTotal(int value)
    {
        // Σ of a reshaped value is the reshaped Σ.
        if (places.OpOf(value) is ReshapeOp reshape)
            return outer.Add(reshape, totals[places.OperandsOf(value)[0]]);
        if (terms.Summands(value) is { } parts)
            return parts.Select(part => totals[part]).Aggregate((a, b) => a + b);

        if (terms.Factor(value) is { } factor)
            return outer.Add(places.OpOf(value)!,
                places.OperandsOf(value).Select(operand => operand == factor ? totals[operand] : Lift(operand)).ToArray());

        if (!terms.IsDirect(value))
            return outer.Add(new ReshapeOp(body.Values.Type(value).Dims), outer.Add(new SumOp([0], !scan.Reverse), AtEveryStep(value)));

        Value[] x = places.OperandsOf(value).Select(Over).ToArray();
        if (places.OpOf(value) is ContractOp contract)
            return outer.Add(TimeLift.Contraction(contract, left: true, right: true, timeInResult: false, forwards: !scan.Reverse), x);

        IEnumerable<int> axes = ((SumOp)places.OpOf(value)!).Axes.Select(axis => axis + 1).Prepend(0);
        return outer.Add(new ReshapeOp(body.Values.Type(value).Dims), outer.Add(new SumOp(axes, !scan.Reverse), x));
    }

    private void Name(Value value, int of)
    {
        if (body.LocalNames.TryGetValue(of, out string? name))
            outer.Label(value, name);
    }
}
