using RnnJit.Files;

namespace RnnJit.Import;

/// <summary>Files of named tensors in any of the formats that are read: safetensors, npz, both of torch.save, and those of Keras.</summary>
public static class WeightFiles
{
    /// <summary>Reads all tensors by name; the first bytes of the file tell its format.</summary>
    /// <exception cref="WeightFileException">The file is missing or malformed, or names something that would be called.</exception>
    /// <exception cref="SafetensorsException">The file is malformed.</exception>
    public static IReadOnlyDictionary<string, SafetensorsTensor> Read(string path) => Read(path, out _);

    /// <summary>The same, and the texts that a safetensors file has beside its tensors.</summary>
    /// <inheritdoc cref="Read(string)"/>
    public static IReadOnlyDictionary<string, SafetensorsTensor> Read(string path, out IReadOnlyDictionary<string, string> texts)
    {
        texts = new Dictionary<string, string>();
        using FileStream stream = WeightFile.Open(path);
        return FormatOf(stream, $"'{path}'") switch
        {
            WeightFormat.Torch => PyTorchFile.Read(path),
            WeightFormat.Keras => KerasFile.Read(path),
            _ => WeightFile.Read(path, out texts),
        };
    }

    /// <summary>Reads what is left of a stream, which stays open.</summary>
    /// <inheritdoc cref="Read(string)"/>
    public static IReadOnlyDictionary<string, SafetensorsTensor> Read(Stream stream) =>
        WholeStream.Read<IReadOnlyDictionary<string, SafetensorsTensor>>(stream, (whole, source) =>
        {
            WeightFormat format = FormatOf(whole, source);
            whole.Position = 0;
            return format switch
            {
                WeightFormat.Torch => PyTorchFile.Read(whole, source),
                WeightFormat.Keras => KerasFile.Read(whole, source),
                _ => WeightFile.Read(whole),
            };
        });

    private static WeightFormat FormatOf(Stream stream, string source)
    {
        int first = stream.ReadByte(), second = stream.ReadByte(), third = stream.ReadByte();
        string[] inside = first == 'P' && second == 'K' ? [.. ZipFileReader.Open(stream, source).Parts.Keys] : [];
        bool isTorch = inside.Any(name => name.EndsWith("data.pkl", StringComparison.Ordinal))
            || (first == 0x80 && second is >= 2 and <= 5 && third is 0x8A or 0x95);
        bool isKeras = (first, second, third) == (0x89, 'H', 'D') || inside.Contains(KerasFile.Inside);
        return isTorch ? WeightFormat.Torch : isKeras ? WeightFormat.Keras : WeightFormat.Other;
    }

    private enum WeightFormat
    {
        Other,
        Torch,
        Keras,
    }
}
