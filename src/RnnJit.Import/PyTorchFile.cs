using RnnJit.Files;

namespace RnnJit.Import;

/// <summary>
/// State dicts as <c>torch.save(model.state_dict(), path)</c> writes them, <c>.pt</c> and <c>.pth</c>: the zip form (since 1.6) and the one
/// before. The pickle inside is read by a machine that can call nothing: any name but those of tensors, storages and OrderedDict is
/// refused.
/// </summary>
public static class PyTorchFile
{
    /// <summary>Reads all tensors by name, in the order of the state dict; they take at most 64 MB and 16 times the file.</summary>
    /// <returns>For <c>Model.FromPyTorch</c>. A checkpoint of several dictionaries has their keys before the names,
    /// <c>state_dict.</c>.</returns>
    /// <exception cref="WeightFileException">The file is missing or malformed, names something that would be called, or holds no state
    /// dict.</exception>
    public static OrderedDictionary<string, SafetensorsTensor> Read(string path)
    {
        using FileStream stream = WeightFile.Open(path);
        return Read(stream, $"'{path}'");
    }

    /// <summary>Reads what is left of a stream, which stays open.</summary>
    /// <inheritdoc cref="Read(string)"/>
    public static OrderedDictionary<string, SafetensorsTensor> Read(Stream stream) => WholeStream.Read(stream, Read);

    internal static OrderedDictionary<string, SafetensorsTensor> Read(Stream stream, string source)
    {
        try
        {
            int first = stream.ReadByte(), second = stream.ReadByte();
            stream.Position = 0;
            return (first, second) switch
            {
                ('P', 'K') => ZippedTorch.Read(stream, source),
                (0x80, _) => LegacyTorch.Read(stream, source),
                _ => throw new WeightFileException(
                    $"{source} begins neither as a zip archive nor as a pickle (it is no file of torch.save)"),
            };
        }
        catch (IOException e)
        {
            throw new WeightFileException($"{source} could not be read to its end (it is truncated, or changed meanwhile)", e);
        }
    }
}
