namespace RnnJit.Ops;

/// <summary>eˣ, element by element.</summary>
public sealed class ExpOp : UnaryOp
{
    public static ExpOp Instance { get; } = new();

    public override string Name => "exp";

    public override double Evaluate(double x) => Math.Exp(x);

    // y = eˣ  ⇒  dy/dx = y.
    public override Value Gradient(Value x, Value y, Value dy) => dy * y;

    public override string Spell(IDialect dialect, string x) => dialect.Call("Exp", x);
}
