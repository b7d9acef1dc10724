namespace RnnJit.Files;

/// <summary>The most that a header may hold: what a key, an entry or a number becomes in memory is more
/// than its bytes in the file.</summary>
internal sealed record HeaderLimits(long Bytes, int Texts, int Tensors, int Axes)
{
    /// <summary>Those of the reference reader, which limits the bytes alone.</summary>
    public static HeaderLimits Reference { get; } = new(100_000_000, int.MaxValue, int.MaxValue, int.MaxValue);
}
