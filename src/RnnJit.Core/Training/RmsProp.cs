namespace RnnJit.Training;

/// <summary>
/// RMSprop (Hinton 2012, lecture 6e; centred: Graves 2013, arXiv:1308.0850, equations 38 to 41): s ⇒ α s + (1 − α) g², a ⇒ α a + (1 − α) g,
/// d = g / (√(s − a²) + ε), without a when not centred; with momentum b ⇒ μ b + d, p ⇒ p − η b.
/// </summary>
public sealed class RmsProp : Optimiser
{
    /// <summary>α.</summary>
    public double Smoothing { get; init; } = 0.99;

    public double Epsilon { get; init; } = 1e-8;

    public double Momentum { get; init; }

    public bool Centred { get; init; }

    public override string Name => "rmsprop";

    public override IReadOnlyList<string> States =>
        ["square", .. Centred ? ["mean"] : Array.Empty<string>(), .. Momentum != 0 ? ["velocity"] : Array.Empty<string>()];

    public override IReadOnlyList<string> Scalars => ["rate"];

    public override void SetScalars(double[] scalars, int step, double rate) => scalars[0] = rate;

    protected override Value[] Update(Value p, Value g, Value[] states, Value[] scalars)
    {
        Value square = (Smoothing * states[0]) + ((1 - Smoothing) * (g * g)), variance = square;
        var next = new List<Value> { p, square };
        if (Centred)
        {
            Value mean = (Smoothing * states[1]) + ((1 - Smoothing) * g);
            next.Add(mean);
            variance = square - (mean * mean);
        }

        Value change = g / (Rnn.Sqrt(variance) + Epsilon);
        if (Momentum != 0)
        {
            change = (Momentum * states[states.Length - 1]) + change;
            next.Add(change);
        }

        next[0] = p - (scalars[0] * change);
        return [.. next];
    }
}
