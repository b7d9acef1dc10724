namespace RnnJit.Ops;

/// <summary>−x, element by element.</summary>
public sealed class NegOp : UnaryOp
{
    public static NegOp Instance { get; } = new();

    public override string Name => "neg";

    public override double Evaluate(double x) => -x;

    // d(−x) = −dx.
    public override Value Gradient(Value x, Value y, Value dy) => -dy;

    public override string Spell(IDialect dialect, string x) => dialect.Negate(x);
}
