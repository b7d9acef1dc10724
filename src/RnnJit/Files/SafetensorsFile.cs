namespace RnnJit.Files;

/// <summary>
/// A file of named tensors: 8 bytes little-endian header length, a JSON header, the tensors' bytes (format:
/// github.com/huggingface/safetensors).
/// </summary>
/// <remarks>
/// Where the format's prose and its reference reader differ, or the prose is silent, the reader decides: spaces before the header's brace
/// are accepted, tensors need not be aligned, unknown fields of a tensor are ignored, <c>"__metadata__": null</c> is an empty map. A name
/// that occurs twice is always refused: the reference reader keeps the last one and then refuses the hole that the first one leaves.
/// </remarks>
public sealed class SafetensorsFile
{
    internal SafetensorsFile(IReadOnlyDictionary<string, string> metadata, IReadOnlyDictionary<string, SafetensorsTensor> tensors)
    {
        Metadata = metadata;
        Tensors = tensors;
    }

    /// <summary>The file's <c>__metadata__</c>; empty when there is none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The tensors by name.</summary>
    public IReadOnlyDictionary<string, SafetensorsTensor> Tensors { get; }

    /// <summary>The tensor of that name.</summary>
    /// <exception cref="SafetensorsException">There is none.</exception>
    public SafetensorsTensor this[string name] => Tensors.TryGetValue(name, out var tensor)
        ? tensor
        : throw new SafetensorsException($"No tensor '{name}' among {Names()} (check the name or the file)");

    /// <summary>Reads a whole file.</summary>
    /// <exception cref="SafetensorsException">The file is missing, unreadable or malformed.</exception>
    public static SafetensorsFile Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            return SafetensorsReader.Read(stream, $"'{path}'");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SafetensorsException($"'{path}' could not be read: {e.Message.TrimEnd('.')} (check the path and the permissions)", e);
        }
    }

    /// <summary>Reads what is left of a stream.</summary>
    /// <exception cref="SafetensorsException">The stream is malformed or fails.</exception>
    public static SafetensorsFile Read(Stream stream)
    {
        string source = $"'{WholeStream.NameOf(stream)}'";
        try
        {
            return SafetensorsReader.Read(WholeStream.Of(stream), source);
        }
        catch (Exception e) when (e is IOException or NotSupportedException)
        {
            throw new SafetensorsException($"{source} could not be read: {e.Message.TrimEnd('.')} (use another copy)", e);
        }
    }

    /// <summary>Writes a file as the reference writer does: by descending alignment of the element type, then by name, header
    /// padded with spaces to 8 bytes.</summary>
    /// <remarks>The same tensors and metadata always give the same bytes; a failure leaves a previous file untouched.</remarks>
    /// <exception cref="IOException">The file could not be written.</exception>
    /// <exception cref="SafetensorsException">A tensor has the reserved name <c>__metadata__</c>, or a text is no valid
    /// Unicode.</exception>
    public static void Write(
        string path, IEnumerable<KeyValuePair<string, SafetensorsTensor>> tensors,
        IEnumerable<KeyValuePair<string, string>>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        var writer = new SafetensorsWriter(tensors, metadata ?? []);
        AtomicFile.Write(path, writer.WriteTo);
    }

    /// <summary>Writes the same bytes to a stream, which stays open.</summary>
    /// <inheritdoc cref="Write(string, IEnumerable{KeyValuePair{string, SafetensorsTensor}}, IEnumerable{KeyValuePair{string, string}})"/>
    public static void Write(
        Stream stream, IEnumerable<KeyValuePair<string, SafetensorsTensor>> tensors,
        IEnumerable<KeyValuePair<string, string>>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(tensors);
        new SafetensorsWriter(tensors, metadata ?? []).WriteTo(stream);
    }

    private string Names() =>
        Tensors.Count == 0 ? "no tensors" : string.Join(", ", Tensors.Keys.Order(StringComparer.Ordinal).Select(name => $"'{name}'"));
}
