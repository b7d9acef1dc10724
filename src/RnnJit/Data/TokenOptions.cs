namespace RnnJit.Data;

/// <summary>Which tokens a vocabulary takes in.</summary>
public sealed record TokenOptions
{
    /// <summary>A token that occurs less often is unknown.</summary>
    public int MinimumCount { get; init; } = 1;

    /// <summary>
    /// The most tokens, reserved ones included; the most frequent ones are taken, of equally frequent ones the first in ordinal order. 0:
    /// all.
    /// </summary>
    public int MostSize { get; init; }

    /// <summary>
    /// True: codes 0 to 3 are padding, unknown, start and end. False: codes count from 0 and an unknown token is refused, for classes and
    /// tags.
    /// </summary>
    public bool Reserved { get; init; } = true;
}
