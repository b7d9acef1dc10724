namespace RnnJit.Ops;

/// <summary>The maximum over axes; they stay with extent 1. NaN if any element is.</summary>
public sealed class MaxReduceOp(IEnumerable<int> axes) : ReductionOp(axes)
{
    public override string Name => "maximum";

    public override double Start => double.NegativeInfinity;

    public override string Spelling => "Max";

    public static MaxReduceOp Parse(string attributes) => new(ParseAxes(attributes));

    public override double Combine(double total, double x) => Math.Max(total, x);

    // Every element that equals the maximum shares its gradient.
    public override Value?[] Gradient(Value[] operands, Value[] results, Value?[] cotangents)
    {
        if (cotangents[0] is not { } dy)
            return [null];

        Value hits = Rnn.Equal(operands[0], results[0]);
        Value count = dy.Builder.Add(new SumOp(Axes), hits);
        return [hits * (dy / count)];
    }
}
