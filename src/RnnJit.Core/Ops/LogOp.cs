namespace RnnJit.Ops;

/// <summary>ln x, element by element; −∞ at 0, NaN below.</summary>
public sealed class LogOp : UnaryOp
{
    public static LogOp Instance { get; } = new();

    public override string Name => "log";

    public override double Evaluate(double x) => Math.Log(x);

    // y = ln x  ⇒  dy/dx = 1 / x.
    public override Value Gradient(Value x, Value y, Value dy) => dy / x;

    public override string Spell(IDialect dialect, string x) => dialect.Call("Log", x);
}
