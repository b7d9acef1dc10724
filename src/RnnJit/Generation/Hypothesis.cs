namespace RnnJit.Generation;

/// <summary>A sequence that a model generated.</summary>
/// <param name="Tokens">Codes after the prompt; the end token is left out.</param>
/// <param name="LogProbability">Natural logarithm of the probability that the model gives to the tokens, the end token included where
/// there is one.</param>
/// <param name="Attention">The attention at each step, [tokens, …], including the step of the end token; empty if the session has no
/// attention.</param>
/// <param name="IsEnded">True if the model gave the end token, false if the limit of tokens was reached.</param>
public sealed record Hypothesis(IReadOnlyList<int> Tokens, double LogProbability, IReadOnlyList<float[]> Attention, bool IsEnded);
