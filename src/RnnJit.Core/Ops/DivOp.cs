namespace RnnJit.Ops;

/// <summary>a / b, element by element.</summary>
public sealed class DivOp : BinaryOp
{
    public static DivOp Instance { get; } = new();

    public override string Name => "div";

    public override double Evaluate(double a, double b) => a / b;

    // y = a / b  ⇒  ∂y/∂a = 1 / b, ∂y/∂b = −y / b.
    public override (Value? Da, Value? Db) Gradient(Value a, Value b, Value y, Value dy) => (dy / b, -(dy * y) / b);

    public override string Spell(IDialect dialect, string a, string b) => dialect.Infix(a, "/", b);
}
