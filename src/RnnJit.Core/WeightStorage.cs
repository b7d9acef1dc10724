namespace RnnJit;

/// <summary>
/// The storage format, for inference, of weights that products read. Weights are rounded to nearest even when they are packed, and widened
/// to float32 where they are used; sums are in float32.
/// </summary>
public enum WeightStorage
{
    /// <summary>As they are computed with.</summary>
    Single,

    /// <summary>IEEE 754 binary16: 11 significant bits. A weight beyond 65504 is refused when it is packed, at the first run.</summary>
    Half,

    /// <summary>The upper half of a float32: 8 significant bits, the whole range.</summary>
    BFloat16,
}
