namespace RnnJit.Generation;

/// <summary>A sequence that a model generated.</summary>
/// <param name="Tokens">Codes after the prompt; the end token is left out.</param>
/// <param name="LogProbability">Natural logarithm of the probability that the model gives to the tokens, the end token included where
/// there is one.</param>
/// <param name="Attention">What the session's attention gave at each step, [tokens, …], the step of the end token included; empty without
/// one.</param>
/// <param name="IsEnded">True where the model gave the end token, false where the most tokens were reached.</param>
public sealed record Hypothesis(IReadOnlyList<int> Tokens, double LogProbability, IReadOnlyList<float[]> Attention, bool IsEnded);
