using System.Globalization;
namespace RnnJit.Generation;

/// <summary>Options of a beam search.</summary>
public sealed record BeamOptions
{
    private const double MostDivisor = 1e100;

    /// <summary>Codes that every row is given first, at least one.</summary>
    public IReadOnlyList<int> Prompt { get; init; } = [0];

    /// <summary>The code that ends a sequence.</summary>
    public required int End { get; init; }

    /// <summary>Tokens of a sequence at most.</summary>
    public int MostTokens { get; init; } = 100;

    /// <summary>Hypotheses that are followed for each sequence; the session's batch is a multiple of it.</summary>
    public int Width { get; init; } = 4;

    /// <summary>
    /// α: the logarithm of the probability is divided by ((5 + n) / 6)^α for n tokens, the end token included (Wu et al. 2016, equation
    /// 14). 0: by nothing.
    /// </summary>
    public double LengthPenalty { get; init; } = 0.6;

    /// <summary>Tokens that are never generated.</summary>
    public IReadOnlyCollection<int> Banned { get; init; } = [];

    /// <summary>Ends the call before its next token, with an <see cref="OperationCanceledException"/>; the session's states are those from
    /// before the call.</summary>
    public CancellationToken Cancel { get; init; }

    /// <exception cref="ArgumentException">A number is out of range.</exception>
    internal void Check(int tokens, int rows)
    {
        new GenerationOptions { Prompt = Prompt, End = End, MostTokens = MostTokens, Banned = Banned }.Check(tokens);
        if (Width < 1 || rows % Width != 0)
            throw new ArgumentException(
                $"The width is {Width} where the session has {rows} rows (give a width of at least 1, and a batch that is a multiple of "
                    + "it)");
        if (!(LengthPenalty >= 0) || !double.IsFinite(LengthPenalty))
            throw new ArgumentException(
                FormattableString.Invariant($"{nameof(LengthPenalty)} is {LengthPenalty}, wanted 0 or more (0.6 is usual)"));
        if (OpenHypothesis.Divisor(MostTokens, LengthPenalty) > MostDivisor)
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"{nameof(LengthPenalty)} is {LengthPenalty}, so that ln p of {MostTokens} tokens would be divided by more than "
                    + $"{MostDivisor} ")
                    + "and scores would be alike (0.6 is usual)");
    }
}
