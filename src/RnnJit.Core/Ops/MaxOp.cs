namespace RnnJit.Ops;

/// <summary>max(a, b), element by element; NaN if either is.</summary>
public sealed class MaxOp : BinaryOp
{
    public static MaxOp Instance { get; } = new();

    public override string Name => "max";

    public override double Evaluate(double a, double b) => Math.Max(a, b);

    // The gradient goes to the larger operand, to a when they are equal.
    public override (Value? Da, Value? Db) Gradient(Value a, Value b, Value y, Value dy) =>
        (dy * (1 - Rnn.Less(a, b)), dy * Rnn.Less(a, b));

    public override string Spell(IDialect dialect, string a, string b) => dialect.Call("Max", a, b);
}
