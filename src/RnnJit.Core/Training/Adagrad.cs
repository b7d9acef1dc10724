namespace RnnJit.Training;

/// <summary>Adagrad (Duchi, Hazan and Singer 2011): s ⇒ s + g², p ⇒ p − η / (1 + (t − 1) δ) · g / (√s + ε).</summary>
public sealed class Adagrad : Optimiser
{
    /// <summary>δ.</summary>
    public double RateDecay { get; init; }

    public double Epsilon { get; init; } = 1e-10;

    /// <summary>The sum of squares before the first step.</summary>
    public double Start { get; init; }

    public override string Name => "adagrad";

    public override IReadOnlyList<string> States => ["square"];

    public override double StateStart => Start;

    public override IReadOnlyList<string> Scalars => ["rate"];

    public override void SetScalars(double[] scalars, int step, double rate) => scalars[0] = rate / (1 + ((step - 1) * RateDecay));

    protected override Value[] Update(Value p, Value g, Value[] states, Value[] scalars)
    {
        Value square = states[0] + (g * g);
        return [p - (scalars[0] * (g / (Rnn.Sqrt(square) + Epsilon))), square];
    }
}
