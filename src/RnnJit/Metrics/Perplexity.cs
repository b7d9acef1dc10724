namespace RnnJit.Metrics;

/// <summary>Perplexity, the number of equally likely choices that a loss stands for.</summary>
public static class Perplexity
{
    /// <param name="nats">Mean cross-entropy of a token in nats.</param>
    public static double Of(double nats) => Math.Exp(nats);

    /// <summary>Bits of a token: nats / ln 2.</summary>
    /// <param name="nats">Mean cross-entropy of a token in nats.</param>
    public static double Bits(double nats) => nats / Math.Log(2);
}
