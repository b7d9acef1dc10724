namespace RnnJit.Ops;

/// <summary>min(a, b), element by element; NaN if either is.</summary>
public sealed class MinOp : BinaryOp
{
    public static MinOp Instance { get; } = new();

    public override string Name => "min";

    public override double Evaluate(double a, double b) => Math.Min(a, b);

    // The gradient goes to the smaller operand, to a when they are equal.
    public override (Value? Da, Value? Db) Gradient(Value a, Value b, Value y, Value dy) =>
        (dy * (1 - Rnn.Less(b, a)), dy * Rnn.Less(b, a));

    public override string Spell(IDialect dialect, string a, string b) => dialect.Call("Min", a, b);
}
