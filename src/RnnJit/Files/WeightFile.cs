using System.Buffers.Binary;

namespace RnnJit.Files;

/// <summary>A file of named tensors, whichever format its first bytes are of.</summary>
internal static class WeightFile
{
    /// <summary>The name of the weights in an archive of Keras.</summary>
    public const string KerasWeights = "model.weights.h5";

    /// <summary>The tensors of a safetensors or npz file, in the order of the file.</summary>
    /// <exception cref="SafetensorsException">The file is missing or malformed.</exception>
    /// <exception cref="WeightFileException">The file is of a format that is not read here, or a malformed npz file.</exception>
    public static IReadOnlyDictionary<string, SafetensorsTensor> Read(string path) => Read(path, out _);

    /// <summary>The same, and the texts that a safetensors file has beside its tensors.</summary>
    public static IReadOnlyDictionary<string, SafetensorsTensor> Read(string path, out IReadOnlyDictionary<string, string> texts)
    {
        using FileStream stream = Open(path);
        return Read(stream, $"'{path}'", out texts);
    }

    /// <summary>The same of what is left of a stream.</summary>
    public static IReadOnlyDictionary<string, SafetensorsTensor> Read(Stream stream) =>
        WholeStream.Read(stream, (whole, source) => Read(whole, source, out var _));

    /// <summary>Tells the format by the first bytes, and that of an archive by the names inside; the stream is then at its
    /// begin.</summary>
    /// <param name="source">The file in quotes, as messages name it.</param>
    /// <exception cref="WeightFileException">The file is a damaged archive.</exception>
    public static WeightFormat Format(Stream stream, string source)
    {
        Span<byte> begin = stackalloc byte[8];
        begin = begin[..stream.ReadAtLeast(begin, begin.Length, throwOnEndOfStream: false)];
        stream.Position = 0;
        if (begin.StartsWith("PK\x03\x04"u8) || begin.StartsWith("PK\x05\x06"u8))
        {
            ICollection<string> names = [.. ZipFileReader.Open(stream, source).Parts.Keys];
            stream.Position = 0;
            return names.Any(name => name.EndsWith("data.pkl", StringComparison.Ordinal)) ? WeightFormat.Torch
                : names.Contains(KerasWeights) ? WeightFormat.Keras : WeightFormat.Npz;
        }

        // A safetensors file begins with the length of its header, in 8 bytes.
        bool isNoise = begin.Length == 8 && BinaryPrimitives.ReadUInt32LittleEndian(begin[4..]) != 0
            && !source.EndsWith(".safetensors'", StringComparison.OrdinalIgnoreCase);
        return begin.Length > 1 && begin[0] == 0x93 && begin[1] == 'N' ? WeightFormat.Npy
            : begin.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'H', (byte)'D', (byte)'F']) ? WeightFormat.Hdf5
            : begin.Length > 2 && begin[0] == 0x80 && begin[1] is >= 2 and <= 5 && begin[2] is 0x8A or 0x95 ? WeightFormat.LegacyTorch
            : isNoise ? WeightFormat.Unknown
            : WeightFormat.Safetensors;
    }

    private static IReadOnlyDictionary<string, SafetensorsTensor> Read(
        Stream stream, string source, out IReadOnlyDictionary<string, string> texts)
    {
        texts = new Dictionary<string, string>();
        switch (Format(stream, source))
        {
            case WeightFormat.Npz:
                return NpzFile.Read(stream, source);
            case WeightFormat.Npy:
                throw new WeightFileException(
                    $"{source} is one NumPy array without a name, wanted named ones (save them with numpy.savez)");
            case WeightFormat.Torch:
                throw new WeightFileException(
                    $"{source} is a file of torch.save, which is read by PyTorchFile.Read of the package RnnJit.Import "
                        + "(or save it as safetensors)");
            case WeightFormat.LegacyTorch:
                throw new WeightFileException(
                    $"{source} is a pickle, as torch.save wrote it before version 1.6; it is read by PyTorchFile.Read of the package "
                        + "RnnJit.Import (or save it as safetensors)");
            case WeightFormat.Hdf5 or WeightFormat.Keras:
                throw new WeightFileException(
                    $"{source} is an HDF5 file, which is read by KerasFile.Read of the package RnnJit.Import (or save the arrays with "
                        + "numpy.savez)");
            case WeightFormat.Unknown:
                throw new WeightFileException(
                    $"{source} has the first bytes of no known format, wanted safetensors or npz, or, with the package RnnJit.Import, "
                        + ".pt, .pth, .h5 or .keras (check that it is the file you mean)");
            default:
                SafetensorsFile file = SafetensorsReader.Read(stream, source);
                texts = file.Metadata;
                return file.Tensors;
        }
    }

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
