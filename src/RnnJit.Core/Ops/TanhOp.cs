namespace RnnJit.Ops;

/// <summary>tanh x, element by element.</summary>
public sealed class TanhOp : UnaryOp
{
    public static TanhOp Instance { get; } = new();

    public override string Name => "tanh";

    public override double Evaluate(double x) => Math.Tanh(x);

    // y = tanh x  ⇒  dy/dx = 1 − y². Uses y, so x need not be kept.
    public override Value Gradient(Value x, Value y, Value dy) => dy * (1 - (y * y));

    public override string Spell(IDialect dialect, string x) => dialect.Call("Tanh", x);
}
