namespace RnnJit.Generation;

/// <summary>A sequence as it grows; each token knows the one before.</summary>
internal sealed class OpenHypothesis
{
    private readonly OpenHypothesis? before;
    private readonly int token;
    private readonly float[]? attention;

    public OpenHypothesis()
    {
    }

    private OpenHypothesis(OpenHypothesis before, int token, double logProbability, float[]? attention, bool ends)
    {
        (this.before, this.token, this.attention, IsEnded) = (before, token, attention, ends);
        LogProbability = before.LogProbability + logProbability;
        Length = before.Length + 1;
    }

    /// <summary>Sum over all tokens, the end token included.</summary>
    public double LogProbability { get; }

    /// <summary>Tokens, the end token included.</summary>
    public int Length { get; }

    public bool IsEnded { get; }

    public OpenHypothesis With(int next, double logProbability, float[]? attended, bool ends) =>
        new(this, next, logProbability, attended, ends);

    /// <summary>ln p divided by ((5 + n) / 6)^α.</summary>
    public double Score(double penalty) => LogProbability / Divisor(Length, penalty);

    /// <summary>
    /// The best score that a longer hypothesis could have: no token makes ln p larger, and more tokens divide it by more.
    /// </summary>
    public double Bound(double penalty, int most) => LogProbability / Divisor(most, penalty);

    public Hypothesis Close()
    {
        var tokens = new List<int>();
        var maps = new List<float[]>();
        for (OpenHypothesis one = this; one.before is not null; one = one.before)
        {
            if (!one.IsEnded)
                tokens.Add(one.token);
            if (one.attention is not null)
                maps.Add(one.attention);
        }

        tokens.Reverse();
        maps.Reverse();
        return new Hypothesis(tokens, LogProbability, maps, IsEnded);
    }

    /// <summary>((5 + n) / 6)^α.</summary>
    internal static double Divisor(int length, double penalty) => Math.Pow((5 + length) / 6.0, penalty);
}
