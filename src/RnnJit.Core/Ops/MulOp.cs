namespace RnnJit.Ops;

/// <summary>a · b, element by element.</summary>
public sealed class MulOp : BinaryOp
{
    public static MulOp Instance { get; } = new();

    public override string Name => "mul";

    public override double Evaluate(double a, double b) => a * b;

    public override (Value? Da, Value? Db) Gradient(Value a, Value b, Value y, Value dy) => (dy * b, dy * a);

    public override string Spell(IDialect dialect, string a, string b) => dialect.Infix(a, "*", b);
}
