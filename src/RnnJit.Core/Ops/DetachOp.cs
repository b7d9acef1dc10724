namespace RnnJit.Ops;

/// <summary>x without a gradient: for maxima that cancel (log-sum-exp) and cut-off time steps.</summary>
public sealed class DetachOp : UnaryOp
{
    public static DetachOp Instance { get; } = new();

    public override string Name => "detach";

    public override double Evaluate(double x) => x;

    public override Value? Gradient(Value x, Value y, Value dy) => null;

    public override string Spell(IDialect dialect, string x) => x;
}
