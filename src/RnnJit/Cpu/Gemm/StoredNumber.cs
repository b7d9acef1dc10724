namespace RnnJit.Cpu.Gemm;

/// <summary>A float in 16 bits, rounded to nearest even.</summary>
internal static class StoredNumber
{
    /// <summary>The largest finite half; a number that rounds above it becomes infinite.</summary>
    public const float LargestHalf = 65504;

    public static ushort Half(float value) => BitConverter.HalfToUInt16Bits((Half)value);

    // Upper half of the float; a NaN stays one because its quiet bit is set, never rounded away.
    public static ushort BFloat16(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value)
            ? (ushort)((bits >> 16) | 0x40)
            : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }
}
