namespace RnnJit.Ops;

/// <summary>√x, element by element.</summary>
public sealed class SqrtOp : UnaryOp
{
    public static SqrtOp Instance { get; } = new();

    public override string Name => "sqrt";

    public override double Evaluate(double x) => Math.Sqrt(x);

    // y = √x  ⇒  dy/dx = 1 / (2y).
    public override Value Gradient(Value x, Value y, Value dy) => dy * 0.5 / y;

    public override string Spell(IDialect dialect, string x) => dialect.Call("Sqrt", x);
}
