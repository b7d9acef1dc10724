namespace RnnJit.Ops;

/// <summary>max(x, 0), element by element; NaN stays NaN.</summary>
public sealed class ReluOp : UnaryOp
{
    public static ReluOp Instance { get; } = new();

    public override string Name => "relu";

    public override double Evaluate(double x) => x > 0 || double.IsNaN(x) ? x : 0;

    // dy/dx = 1 where x > 0, else 0; y > 0 exactly there, so x need not be kept.
    public override Value Gradient(Value x, Value y, Value dy) => dy * Rnn.Less(0, y);

    public override string Spell(IDialect dialect, string x) => dialect.Call("Max", x, dialect.Number(0));
}
