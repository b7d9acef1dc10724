namespace RnnJit.Training;

/// <summary>
/// Adam (Kingma and Ba 2015, algorithm 1): m ⇒ β₁ m + (1 − β₁) g, v ⇒ β₂ v + (1 − β₂) g², p ⇒ p − η / (1 − β₁ᵗ) · m / (√v / √(1 −
/// β₂ᵗ) + ε). AMSGrad (Reddi et al. 2018) divides by the largest v so far. Decoupled (Loshchilov and Hutter 2019, AdamW) shrinks p
/// by 1 − η λ instead of adding λ p to g.
/// </summary>
public sealed class Adam : Optimiser
{
    public double Beta1 { get; init; } = 0.9;

    public double Beta2 { get; init; } = 0.999;

    public double Epsilon { get; init; } = 1e-8;

    public bool AmsGrad { get; init; }

    /// <summary>AdamW.</summary>
    public bool Decoupled { get; init; }

    public override string Name => Decoupled ? "adamw" : "adam";

    public override IReadOnlyList<string> States => AmsGrad ? ["mean", "square", "largest"] : ["mean", "square"];

    public override IReadOnlyList<string> Scalars => Decoupled ? ["rate", "correction", "keep"] : ["rate", "correction"];

    public override void SetScalars(double[] scalars, int step, double rate)
    {
        scalars[0] = rate / (1 - Math.Pow(Beta1, step));
        scalars[1] = Math.Sqrt(1 - Math.Pow(Beta2, step));
        if (Decoupled)
            scalars[2] = 1 - (rate * WeightDecay);
    }

    protected override (Value P, Value G) Decay(Value p, Value g, Value[] scalars) =>
        Decoupled ? (p * scalars[2], g) : base.Decay(p, g, scalars);

    protected override Value[] Update(Value p, Value g, Value[] states, Value[] scalars)
    {
        Value mean = (Beta1 * states[0]) + ((1 - Beta1) * g);
        Value square = (Beta2 * states[1]) + ((1 - Beta2) * (g * g));
        Value largest = AmsGrad ? Rnn.Max(states[2], square) : square;
        Value next = p - (scalars[0] * (mean / ((Rnn.Sqrt(largest) / scalars[1]) + Epsilon)));
        return AmsGrad ? [next, mean, square, largest] : [next, mean, square];
    }
}
