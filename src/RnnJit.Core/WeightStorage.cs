namespace RnnJit;

/// <summary>How weights that products read are stored for inference. They are rounded to nearest even, widened where they are used, and added up in float32.</summary>
public enum WeightStorage
{
    /// <summary>As they are computed with.</summary>
    Single,

    /// <summary>IEEE 754 binary16: 11 significant bits. A weight beyond 65504 is refused when it is packed, at the first run.</summary>
    Half,

    /// <summary>The upper half of a float32: 8 significant bits, the whole range.</summary>
    BFloat16,
}
