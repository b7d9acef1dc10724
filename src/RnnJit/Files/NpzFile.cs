namespace RnnJit.Files;

/// <summary>A zip archive of NumPy arrays, as <c>numpy.savez</c> and <c>numpy.savez_compressed</c> write it.</summary>
public static class NpzFile
{
    private const string Extension = ".npy";

    /// <summary>Reads all arrays by name, in the order of the archive. They take at most 64 MB and 16 times the file.</summary>
    /// <exception cref="WeightFileException">The file is missing or malformed, an array has no numbers, or the archive would unpack to more
    /// memory.</exception>
    public static OrderedDictionary<string, SafetensorsTensor> Read(string path)
    {
        using FileStream stream = WeightFile.Open(path);
        return Read(stream, $"'{path}'");
    }

    /// <summary>Reads what is left of a stream.</summary>
    /// <inheritdoc cref="Read(string)"/>
    public static OrderedDictionary<string, SafetensorsTensor> Read(Stream stream) => WholeStream.Read(stream, Read);

    /// <summary>Writes a file that <c>numpy.load</c> reads; equal arrays give equal bytes.</summary>
    /// <exception cref="WeightFileException">NumPy has no type of an array, or the file would have 4 GB.</exception>
    /// <exception cref="IOException">The file could not be written; a previous one is untouched.</exception>
    public static void Write(string path, IEnumerable<KeyValuePair<string, SafetensorsTensor>> arrays) =>
        AtomicFile.Write(path, stream => Write(stream, arrays));

    /// <summary>Writes the same bytes to a stream, which stays open.</summary>
    /// <inheritdoc cref="Write(string, IEnumerable{KeyValuePair{string, SafetensorsTensor}})"/>
    public static void Write(Stream stream, IEnumerable<KeyValuePair<string, SafetensorsTensor>> arrays)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var archive = new ZipFileWriter(stream);
        foreach (var (name, tensor) in arrays)
            archive.Add(name + Extension, NpyFile.Bytes(tensor));
        archive.End();
    }

    internal static OrderedDictionary<string, SafetensorsTensor> Read(Stream stream, string source)
    {
        ZipFileReader archive = ZipFileReader.Open(stream, source);
        var arrays = new OrderedDictionary<string, SafetensorsTensor>(StringComparer.Ordinal);
        foreach (ZipPart part in archive.Parts.Values)
        {
            if (!part.Name.EndsWith(Extension, StringComparison.Ordinal))
                throw new WeightFileException(
                    $"{source} holds '{part.Name}', wanted NumPy arrays only, NAME.npy (it is no file of numpy.savez)");
            arrays.Add(part.Name[..^Extension.Length], NpyFile.Read(archive.Read(part), $"{source}: '{part.Name}'"));
        }

        return arrays;
    }
}
