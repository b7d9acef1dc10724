namespace RnnJit.Ops;

/// <summary>|x|, element by element.</summary>
public sealed class AbsOp : UnaryOp
{
    public static AbsOp Instance { get; } = new();

    public override string Name => "abs";

    public override double Evaluate(double x) => Math.Abs(x);

    // d|x|/dx = sign x, 0 at 0.
    public override Value Gradient(Value x, Value y, Value dy) => dy * (Rnn.Less(0, x) - Rnn.Less(x, 0));

    public override string Spell(IDialect dialect, string x) => dialect.Call("Abs", x);
}
