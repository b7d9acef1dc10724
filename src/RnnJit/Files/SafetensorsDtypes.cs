namespace RnnJit.Files;

/// <summary>The name of each element type in a header and its size.</summary>
internal static class SafetensorsDtypes
{
    private static readonly (string Name, int Bits)[] Table =
    [
        ("BOOL", 8), ("F4", 4), ("F6_E2M3", 6), ("F6_E3M2", 6), ("U8", 8), ("I8", 8), ("F8_E5M2", 8), ("F8_E4M3", 8), ("F8_E8M0", 8),
        ("I16", 16), ("U16", 16), ("F16", 16), ("BF16", 16), ("I32", 32), ("U32", 32), ("F32", 32), ("C64", 64), ("F64", 64), ("I64", 64),
        ("U64", 64),
    ];

    public static string Name(this SafetensorsDtype dtype) => Table[(int)dtype].Name;

    public static int Bits(this SafetensorsDtype dtype) => Table[(int)dtype].Bits;

    public static bool TryParse(string name, out SafetensorsDtype dtype)
    {
        var index = Array.FindIndex(Table, entry => entry.Name == name);
        dtype = (SafetensorsDtype)Math.Max(index, 0);
        return index >= 0;
    }

    /// <summary>Number of bytes of a tensor; false when the product overflows, a dimension is negative or sub-byte
    /// elements leave part of a byte.</summary>
    public static bool TryByteCount(this SafetensorsDtype dtype, ReadOnlySpan<long> shape, out long bytes)
    {
        bytes = 0;
        long elements = 1;
        foreach (var dimension in shape)
        {
            if (dimension < 0 || (dimension != 0 && elements > long.MaxValue / dimension))
                return false;

            elements *= dimension;
        }

        var bits = dtype.Bits();
        if (elements > long.MaxValue / bits || elements * bits % 8 != 0)
            return false;

        bytes = elements * bits / 8;
        return true;
    }
}
