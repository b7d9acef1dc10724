using System.Buffers.Binary;

namespace RnnJit.Files;

/// <summary>A file of named tensors, whichever format its first bytes are of.</summary>
internal static class WeightFile
{
    /// <summary>The tensors of a safetensors or npz file, in the order of the file.</summary>
    /// <exception cref="SafetensorsException">The file is missing or malformed.</exception>
    /// <exception cref="WeightFileException">The file is of a format that is not read here, or a malformed npz file.</exception>
    public static IReadOnlyDictionary<string, SafetensorsTensor> Read(string path) => Read(path, out _);

    /// <summary>The same, and the texts that a safetensors file has beside its tensors.</summary>
    public static IReadOnlyDictionary<string, SafetensorsTensor> Read(string path, out IReadOnlyDictionary<string, string> texts)
    {
        using FileStream stream = Open(path);
        return Read(stream, path, out texts);
    }

    /// <summary>The same of what is left of a stream.</summary>
    public static IReadOnlyDictionary<string, SafetensorsTensor> Read(Stream stream) =>
        WholeStream.Read(stream, (whole, _) => Read(whole, WholeStream.NameOf(stream), out var _));

    /// <param name="path">Names the stream in messages.</param>
    private static IReadOnlyDictionary<string, SafetensorsTensor> Read(
        Stream stream, string path, out IReadOnlyDictionary<string, string> texts)
    {
        texts = new Dictionary<string, string>();
        Span<byte> begin = stackalloc byte[8];
        begin = begin[..stream.ReadAtLeast(begin, begin.Length, throwOnEndOfStream: false)];
        stream.Position = 0;
        if (begin.StartsWith("PK\x03\x04"u8) || begin.StartsWith("PK\x05\x06"u8))
        {
            if (HasExtension(path, ".npz"))
                return NpzFile.Read(stream, $"'{path}'");
            ZipFileReader archive = ZipFileReader.Open(stream, $"'{path}'");
            if (archive.Parts.Keys.Any(name => name.EndsWith("data.pkl", StringComparison.Ordinal)))
                throw new WeightFileException(
                    $"'{path}' is a file of torch.save, which is read by PyTorchFile.Read of the package RnnJit.Import "
                        + "(or save it as safetensors)");
            return NpzFile.Read(stream, $"'{path}'");
        }

        if (begin.Length > 1 && begin[0] == 0x93 && begin[1] == 'N')
            throw new WeightFileException($"'{path}' is one NumPy array without a name, wanted named ones (save them with numpy.savez)");
        if (begin.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'H', (byte)'D', (byte)'F']))
            throw new WeightFileException(
                $"'{path}' is an HDF5 file, which is read by KerasFile.Read of the package RnnJit.Import (or save the arrays with "
                    + "numpy.savez)");
        if (begin.Length > 2 && begin[0] == 0x80 && begin[1] is >= 2 and <= 5 && begin[2] is 0x8A or 0x95)
            throw new WeightFileException(
                $"'{path}' is a pickle, as torch.save wrote it before version 1.6; it is read by PyTorchFile.Read of the package "
                    + "RnnJit.Import (or save it as safetensors)");
        if (begin.Length == 8 && BinaryPrimitives.ReadUInt32LittleEndian(begin[4..]) != 0 && !HasExtension(path, ".safetensors"))
            throw new WeightFileException(
                $"'{path}' has the first bytes of no known format, wanted safetensors or npz, or, with the package RnnJit.Import, "
                    + ".pt, .pth, .h5 or .keras (check that it is the file you mean)");
        SafetensorsFile file = SafetensorsReader.Read(stream, $"'{path}'");
        texts = file.Metadata;
        return file.Tensors;
    }

    private static bool HasExtension(string path, string extension) =>
        Path.GetExtension(path).Equals(extension, StringComparison.OrdinalIgnoreCase);

    /// <exception cref="WeightFileException">The file is missing or unreadable.</exception>
    public static FileStream Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new WeightFileException($"'{path}' could not be read: {e.Message.TrimEnd('.')} (check the path and the permissions)", e);
        }
    }
}
