namespace RnnJit.Training;

/// <summary>Gradient descent, with momentum (Polyak 1964; Sutskever et al. 2013): b ⇒ μ b + (1 − τ) g, p ⇒ p − η b;
/// Nesterov: p ⇒ p − η (g + μ b).</summary>
public sealed class Sgd : Optimiser
{
    /// <summary>μ.</summary>
    public double Momentum { get; init; }

    /// <summary>τ; the first step takes g as it is.</summary>
    public double Dampening { get; init; }

    public bool Nesterov { get; init; }

    public override string Name => "sgd";

    public override IReadOnlyList<string> States => Momentum == 0 ? [] : ["velocity"];

    public override IReadOnlyList<string> Scalars => Momentum == 0 ? ["rate"] : ["rate", "share"];

    public override void SetScalars(double[] scalars, int step, double rate)
    {
        scalars[0] = rate;
        if (Momentum != 0)
            scalars[1] = step == 1 ? 1 : 1 - Dampening;
    }

    protected override Value[] Update(Value p, Value g, Value[] states, Value[] scalars)
    {
        if (Momentum == 0)
            return [p - (scalars[0] * g)];

        Value velocity = (Momentum * states[0]) + (scalars[1] * g);
        return [p - (scalars[0] * (Nesterov ? g + (Momentum * velocity) : velocity)), velocity];
    }
}
