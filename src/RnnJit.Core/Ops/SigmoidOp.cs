namespace RnnJit.Ops;

/// <summary>σ(x) = 1 / (1 + e⁻ˣ), element by element.</summary>
public sealed class SigmoidOp : UnaryOp
{
    public static SigmoidOp Instance { get; } = new();

    public override string Name => "sigmoid";

    public override double Evaluate(double x) => 1 / (1 + Math.Exp(-x));

    // y = σ(x)  ⇒  dy/dx = y (1 − y). Uses y, so x need not be kept.
    public override Value Gradient(Value x, Value y, Value dy) => dy * (y * (1 - y));

    public override string Spell(IDialect dialect, string x) => dialect.Call("Sigmoid", x);
}
