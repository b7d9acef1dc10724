namespace RnnJit.Generation;

/// <summary>Options of generated sequences.</summary>
public sealed record GenerationOptions
{
    /// <summary>Codes that every row is given first, at least one: a start token, or a prompt.</summary>
    public IReadOnlyList<int> Prompt { get; init; } = [0];

    /// <summary>The code that ends a sequence; null: sequences end with <see cref="MostTokens"/>.</summary>
    public int? End { get; init; }

    /// <summary>The largest number of tokens of a sequence.</summary>
    public int MostTokens { get; init; } = 100;

    /// <summary>Divides the logits before one is drawn; 0: the most probable token is taken (argmax).</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>Only so many of the most probable tokens are drawn from; 0: all.</summary>
    public int TopK { get; init; }

    /// <summary>
    /// Only the most probable tokens whose probabilities reach this sum are drawn from (Holtzman et al. 2020, nucleus sampling); 1: all.
    /// </summary>
    public double TopP { get; init; } = 1;

    /// <summary>Tokens that are never generated.</summary>
    public IReadOnlyCollection<int> Banned { get; init; } = [];

    /// <summary>Fixes the draws: row r draws from its own stream of this seed.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Ends the call before its next token, with an <see cref="OperationCanceledException"/>; the session's states are those from
    /// before the call.</summary>
    public CancellationToken Cancel { get; init; }

    /// <exception cref="ArgumentException">A number is out of range.</exception>
    internal void Check(int tokens)
    {
        if (Prompt is null || Banned is null)
            throw new ArgumentException($"{(Prompt is null ? nameof(Prompt) : nameof(Banned))} is null, wanted codes (leave it out)");
        if (Prompt.Count == 0)
            throw new ArgumentException("The prompt is empty, wanted at least one token (give a start token)");
        foreach (int code in Prompt.Concat(Banned).Concat(End is { } end ? [end] : []))
        {
            if (code < 0 || code >= tokens)
                throw new ArgumentException(
                    $"Token {code} is named, wanted 0 to {tokens - 1} (name tokens that the model gives logits for)");
        }

        if (MostTokens < 1)
            throw new ArgumentException($"{nameof(MostTokens)} is {MostTokens}, wanted at least 1 (change it)");
        if (!(Temperature >= 0) || !double.IsFinite(Temperature))
            throw new ArgumentException(
                FormattableString.Invariant($"{nameof(Temperature)} is {Temperature}, wanted 0 or more (1 is the model's own)"));
        if (TopK < 0)
            throw new ArgumentException($"{nameof(TopK)} is {TopK}, wanted 0 or more (0 is all tokens)");
        if (TopP is not (> 0 and <= 1))
            throw new ArgumentException(
                FormattableString.Invariant($"{nameof(TopP)} is {TopP}, wanted above 0 and at most 1 (1 is all tokens)"));
        if (Banned.Distinct().Count() >= tokens)
            throw new ArgumentException($"All {tokens} tokens are banned (leave one)");
    }
}
