using RnnJit.Files;

namespace RnnJit.Import;

/// <summary>
/// Weights that Keras wrote: <c>.weights.h5</c> (<c>layers/lstm/cell/vars/0</c>), the archive <c>.keras</c> around one, and the files of
/// earlier versions (<c>lstm/lstm/lstm_cell/kernel:0</c>). Nothing else of an archive is read, no configuration and no code.
/// </summary>
public static class KerasFile
{
    internal const string Inside = WeightFile.KerasWeights;

    private const string Variables = "vars";

    private static readonly string[] OfCell = ["kernel", "recurrent_kernel", "bias"], OfDense = ["kernel", "bias"];

    // Where layers stand, in Keras 3 and in 2.13.
    private static readonly string[] Roots = ["layers", "_layer_checkpoint_dependencies"];

    /// <summary>Reads all weights of layers by Keras' names, <c>lstm/kernel</c>; those of optimisers and of random generators are left
    /// out.</summary>
    /// <returns>For <c>Model.FromKeras</c>, in alphabetical order of the layers.</returns>
    /// <exception cref="WeightFileException">The file is missing or malformed, or of a form that is not read.</exception>
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
        int first = stream.ReadByte();
        stream.Position = 0;
        byte[] file;
        if (first == 'P')
        {
            ZipFileReader archive = ZipFileReader.Open(stream, source);
            file = archive.Parts.TryGetValue(Inside, out ZipPart? part) ? archive.Read(part) : throw new WeightFileException(
                $"{source} is an archive without '{Inside}' (it is no file of model.save)");
        }
        else if (stream.Length > Array.MaxLength)
            throw new WeightFileException($"{source} has {stream.Length} bytes, wanted at most {Array.MaxLength} (save npz)");
        else
            stream.ReadExactly(file = new byte[stream.Length]);

        var weights = new OrderedDictionary<string, SafetensorsTensor>(StringComparer.Ordinal);
        foreach (var (place, tensor) in Hdf5Reader.Read(file, source))
        {
            if (Name(place.Split('/')) is { } name && !weights.TryAdd(name, tensor))
                throw new WeightFileException($"{source} has weight '{name}' twice (it is damaged)");
        }

        return weights;
    }

    // Null for what is no weight of a layer.
    private static string? Name(string[] path)
    {
        if (path[0] is "optimizer" or "optimizer_weights" or "top_level_model_weights" || path.Contains("seed_generator"))
            return null;
        int root = path.Select((part, i) => Roots.Contains(part) ? i : -1).Max();
        string[] layer = path[(root + 1)..];
        if (layer.Length < 3 || layer[^2] != Variables || !int.TryParse(layer[^1], out int number))
            return string.Join('/', layer);
        string[] kinds =
            layer[^3] == "cell" ? OfCell : layer[^3].StartsWith("embedding", StringComparison.Ordinal) ? ["embeddings"] : OfDense;
        return number >= 0 && number < kinds.Length ? string.Join('/', [.. layer[..^2], kinds[number]]) : string.Join('/', layer);
    }
}
