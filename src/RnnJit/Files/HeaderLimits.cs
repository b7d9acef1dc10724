namespace RnnJit.Files;

/// <summary>Limits of a header: keys, entries and numbers take more bytes in memory than in the file.</summary>
internal sealed record HeaderLimits(long Bytes, int Texts, int Tensors, int Axes)
{
    /// <summary>Those of the reference reader, which limits the bytes alone.</summary>
    public static HeaderLimits Reference { get; } = new(100_000_000, int.MaxValue, int.MaxValue, int.MaxValue);
}
