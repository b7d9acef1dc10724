namespace RnnJit.Files;

/// <summary>The element types that NumPy and safetensors share.</summary>
internal static class NpyDtype
{
    private static readonly (string Name, SafetensorsDtype Dtype)[] Table =
    [
        ("<f4", SafetensorsDtype.F32), ("<f8", SafetensorsDtype.F64), ("<f2", SafetensorsDtype.F16), ("|b1", SafetensorsDtype.Bool),
        ("|u1", SafetensorsDtype.U8), ("|i1", SafetensorsDtype.I8), ("<u2", SafetensorsDtype.U16), ("<i2", SafetensorsDtype.I16),
        ("<u4", SafetensorsDtype.U32), ("<i4", SafetensorsDtype.I32), ("<u8", SafetensorsDtype.U64), ("<i8", SafetensorsDtype.I64),
    ];

    /// <exception cref="WeightFileException">NumPy has no such type.</exception>
    public static string Name(SafetensorsDtype dtype) => Table.FirstOrDefault(entry => entry.Dtype == dtype).Name
        ?? throw new WeightFileException($"NumPy has no type {dtype.Name()} (convert it to F32)");

    /// <exception cref="WeightFileException">The type is no number of little-endian bytes.</exception>
    public static SafetensorsDtype Parse(string name, string source)
    {
        foreach (var (known, dtype) in Table)
        {
            if (known == name)
                return dtype;
        }

        string why = name.Contains('O') ? "Python objects, which are a pickle and may run code when they are read" :
            name.StartsWith('>') ? "big-endian elements" : "elements that are no numbers of at most 8 bytes";
        throw new WeightFileException(
            $"{source} is an array of type '{name}': {why} (save it as float32, little-endian)");
    }
}
