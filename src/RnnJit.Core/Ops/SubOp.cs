namespace RnnJit.Ops;

/// <summary>a − b, element by element.</summary>
public sealed class SubOp : BinaryOp
{
    public static SubOp Instance { get; } = new();

    public override string Name => "sub";

    public override double Evaluate(double a, double b) => a - b;

    public override (Value? Da, Value? Db) Gradient(Value a, Value b, Value y, Value dy) => (dy, -dy);

    public override string Spell(IDialect dialect, string a, string b) => dialect.Infix(a, "-", b);
}
