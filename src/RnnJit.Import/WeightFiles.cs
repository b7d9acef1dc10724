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
        WeightFormat format;
        using (FileStream stream = WeightFile.Open(path))
            format = WeightFile.Format(stream, $"'{path}'");
        return format switch
        {
            WeightFormat.Torch or WeightFormat.LegacyTorch => PyTorchFile.Read(path),
            WeightFormat.Hdf5 or WeightFormat.Keras => KerasFile.Read(path),
            _ => WeightFile.Read(path, out texts),
        };
    }

    /// <summary>Reads what is left of a stream, which stays open.</summary>
    /// <inheritdoc cref="Read(string)"/>
    public static IReadOnlyDictionary<string, SafetensorsTensor> Read(Stream stream) =>
        WholeStream.Read<IReadOnlyDictionary<string, SafetensorsTensor>>(stream, (whole, source) =>
            WeightFile.Format(whole, source) switch
            {
                WeightFormat.Torch or WeightFormat.LegacyTorch => PyTorchFile.Read(whole, source),
                WeightFormat.Hdf5 or WeightFormat.Keras => KerasFile.Read(whole, source),
                _ => WeightFile.Read(whole),
            });
}
