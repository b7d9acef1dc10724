namespace RnnJit.Training;

/// <summary>Adadelta (Zeiler 2012, arXiv:1212.5701, algorithm 1): s ⇒ ρ s + (1 − ρ) g², d = √(u + ε) / √(s + ε) · g, u ⇒ ρ u
/// + (1 − ρ) d², p ⇒ p − η d.</summary>
public sealed class Adadelta : Optimiser
{
    /// <summary>ρ.</summary>
    public double Smoothing { get; init; } = 0.9;

    public double Epsilon { get; init; } = 1e-6;

    public override string Name => "adadelta";

    public override IReadOnlyList<string> States => ["square", "change"];

    public override IReadOnlyList<string> Scalars => ["rate"];

    public override void SetScalars(double[] scalars, int step, double rate) => scalars[0] = rate;

    protected override Value[] Update(Value p, Value g, Value[] states, Value[] scalars)
    {
        Value square = (Smoothing * states[0]) + ((1 - Smoothing) * (g * g));
        Value change = Rnn.Sqrt(states[1] + Epsilon) / Rnn.Sqrt(square + Epsilon) * g;
        return [p - (scalars[0] * change), square, (Smoothing * states[1]) + ((1 - Smoothing) * (change * change))];
    }
}
