namespace RnnJit.Ops;

/// <summary>⌊x⌋, the largest integer not above x, element by element; NaN, ±∞ and −0 stay what they are.</summary>
public sealed class FloorOp : UnaryOp
{
    public static FloorOp Instance { get; } = new();

    public override string Name => "floor";

    public override double Evaluate(double x) => Math.Floor(x);

    // dy/dx = 0, at the jumps too: nothing passes.
    public override Value? Gradient(Value x, Value y, Value dy) => null;

    public override string Spell(IDialect dialect, string x) => dialect.Call("Floor", x);
}
