namespace RnnJit.Ops;

/// <summary>1 where a ≤ b, else 0; 0 if either is NaN.</summary>
public sealed class LessEqualOp : BinaryOp
{
    public static LessEqualOp Instance { get; } = new();

    public override string Name => "lessequal";

    public override double Evaluate(double a, double b) => a <= b ? 1 : 0;

    public override (Value? Da, Value? Db) Gradient(Value a, Value b, Value y, Value dy) => (null, null);

    public override string Spell(IDialect dialect, string a, string b) => dialect.Call("LessOrEqual", a, b);
}
