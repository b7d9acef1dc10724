namespace RnnJit.Ops;

/// <summary>Σ over axes; they stay with extent 1. A sum over time adds from the last step to the first, <c>sum[0, 1, forwards]</c> from the
/// first to the last: as the loop runs whose sum it is.</summary>
public sealed class SumOp(IEnumerable<int> axes, bool forwards = false) : ReductionOp(axes)
{
    internal const string ForwardsMark = ", forwards";

    /// <summary>Adds up time from the first step to the last.</summary>
    public bool Forwards { get; } = forwards;

    public override string Attributes => base.Attributes + (Forwards ? ForwardsMark : "");

    public override string Name => "sum";

    public override double Start => 0;

    public override string Spelling => "Sum";

    public static SumOp Parse(string attributes) =>
        IsForwards(attributes, out string axes) ? new(ParseAxes(axes), forwards: true) : new(ParseAxes(attributes));

    internal static bool IsForwards(string attributes, out string others)
    {
        bool forwards = attributes.EndsWith(ForwardsMark, StringComparison.Ordinal);
        others = forwards ? attributes.Substring(0, attributes.Length - ForwardsMark.Length) : attributes;
        return forwards;
    }

    public override double Combine(double total, double x) => total + x;

    // y = Σ x  ⇒  dx = dy repeated.
    public override Value?[] Gradient(Value[] operands, Value[] results, Value?[] cotangents) =>
        [cotangents[0] is { } dy ? dy.Builder.Add(new BroadcastOp(operands[0].Type.Dims), dy) : null];
}
