using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using RnnJit.Files;
using RnnJit.Ir;
using RnnJit.Runtime;

namespace RnnJit.Networks;

internal sealed partial class Checkpoint
{
    /// <summary>The longest text of a Program or cell, in characters.</summary>
    public const int LongestText = 4 << 20;

    // Texts of Program and cell, vocabulary, and the entries of tensors.
    private static readonly HeaderLimits Limits = new(Bytes: 24 << 20, Texts: 1000, Tensors: 50_000, Axes: TensorType.MostAxes);

    // A multiple of every element's size.
    private const int ChunkBytes = 1 << 16;

    private readonly SortedDictionary<string, SafetensorsEntry> stored = new(StringComparer.Ordinal);
    private byte[] chunk = [];
    private Stream? stream;
    private bool isOwner;
    private long data;

    /// <summary>Reads header and texts and checks the digest; each tensor is read from the open file when it is first used.</summary>
    /// <param name="limit">Bytes that the file may have; 0: the memory available to the process.</param>
    /// <exception cref="CheckpointException">The file is missing, no checkpoint, truncated, altered or larger than the limit.</exception>
    public static Checkpoint Read(string path, long limit = 0)
    {
        var checkpoint = new Checkpoint(path) { isOwner = true };
        return Opened(checkpoint, () => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1), limit);
    }

    /// <summary>The same of what is left of a stream, which stays open.</summary>
    /// <inheritdoc cref="Read(string, long)"/>
    public static Checkpoint Read(Stream from, long limit = 0) =>
        Opened(new Checkpoint(WholeStream.NameOf(from)), () => WholeStream.Of(from, limit), limit);

    private static Checkpoint Opened(Checkpoint checkpoint, Func<Stream> open, long limit)
    {
        string path = checkpoint.Path;
        try
        {
            checkpoint.stream = open();
            checkpoint.Open(checkpoint.stream, limit);
            return checkpoint;
        }
        catch (SafetensorsException e)
        {
            checkpoint.Dispose();
            throw new CheckpointException(e.Message, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            checkpoint.Dispose();
            throw new CheckpointException($"'{path}' could not be read: {e.Message.TrimEnd('.')} (check the path and the permissions)", e);
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    /// <summary>The text of a Program or cell.</summary>
    /// <exception cref="CheckpointException">There is none, or it is too long.</exception>
    public string ProgramText(string key) => this[key].Length <= LongestText
        ? this[key]
        : throw new CheckpointException(
            $"'{path}': the text of '{key}' has {this[key].Length} characters, wanted at most {LongestText} (the file is damaged)");

    /// <summary>Texts whose keys begin with a prefix, by the rest of the key.</summary>
    public IEnumerable<(string Name, string Text)> TextsOf(string prefix) =>
        texts.Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(pair => (pair.Key[prefix.Length..], pair.Value));

    /// <summary>A text that is a whole number.</summary>
    /// <exception cref="CheckpointException">It is none.</exception>
    public int Number(string key) => int.TryParse(this[key], NumberStyles.None, CultureInfo.InvariantCulture, out int number)
        ? number
        : throw new CheckpointException($"'{path}' has {key} = '{this[key]}', wanted a whole number (use another copy)");

    /// <summary>Stored numbers [n] in double precision.</summary>
    /// <exception cref="CheckpointException">There are none of that name, or they have another type or rank.</exception>
    public double[] Numbers(string name)
    {
        SafetensorsEntry entry = Entry(name);
        if (entry.Dtype != SafetensorsDtype.F64 || entry.Shape.Length != 1)
            throw new CheckpointException($"'{path}': '{name}' is {Text(entry)}, wanted F64[n] (use another copy)");
        var numbers = new double[entry.Shape[0]];
        ReadData(entry.Begin, MemoryMarshal.AsBytes(numbers.AsSpan()));
        return numbers;
    }

    /// <summary>Says whether a stored tensor fits a shape and type; numbers of 16 bits fit wider ones.</summary>
    /// <exception cref="CheckpointException">The tensor is missing or has another shape or type.</exception>
    public void Require(string name, ElementType element, IReadOnlyList<int> shape)
    {
        SafetensorsEntry entry = Entry(name);
        SafetensorsDtype wanted = element switch
        {
            ElementType.F32 => SafetensorsDtype.F32,
            ElementType.F64 => SafetensorsDtype.F64,
            _ => SafetensorsDtype.I32,
        };
        bool widens = element != ElementType.I32 && entry.Dtype is SafetensorsDtype.F16 or SafetensorsDtype.BF16;
        if ((entry.Dtype != wanted && !widens) || !entry.Shape.SequenceEqual(shape.Select(extent => (long)extent)))
            throw new CheckpointException(
                $"'{path}': tensor '{name}' is {Text(entry)} but the model wants {wanted}[{string.Join(", ", shape)}] "
                    + "(use the checkpoint of this model)");
    }

    /// <summary>Copies a stored tensor into one of the same shape and type, in pieces; numbers of 16 bits are widened.</summary>
    /// <exception cref="CheckpointException">The tensor is missing, has another shape or type, or holds NaN or an infinity.</exception>
    public void Get(string name, Tensor into)
    {
        Require(name, into.Element, into.Shape);
        SafetensorsEntry entry = Entry(name);
        int size = entry.Dtype.Bits() / 8, most = ChunkBytes / size;
        for (int start = 0; start < into.Length; start += most)
        {
            int count = Math.Min(most, into.Length - start);
            Span<byte> bytes = chunk.AsSpan(0, count * size);
            ReadData(entry.Begin + ((long)start * size), bytes);
            if (into.Element == ElementType.F32)
                Widen(bytes, entry.Dtype, into.Write<float>().Slice(start, count));
            else if (into.Element == ElementType.F64)
                Widen(bytes, entry.Dtype, into.Write<double>().Slice(start, count));
            else
                MemoryMarshal.Cast<byte, int>(bytes).CopyTo(into.Write<int>().Slice(start, count));
        }

        if (!IsFinite(into))
            throw new CheckpointException(
                $"'{path}': tensor '{name}' [{string.Join(", ", into.Shape)}] holds {FaultSearch.At(into.ToNdArray())}, wanted finite "
                    + "numbers (use another copy)");
    }

    private static bool IsFinite(Tensor tensor) => tensor.Element switch
    {
        ElementType.F32 => IsFinite<float>(tensor.Read<float>()),
        ElementType.F64 => IsFinite<double>(tensor.Read<double>()),
        _ => true,
    };

    private static bool IsFinite<T>(ReadOnlySpan<T> numbers)
        where T : INumberBase<T>
    {
        foreach (T number in numbers)
        {
            if (!T.IsFinite(number))
                return false;
        }

        return true;
    }

    public void Dispose()
    {
        if (isOwner)
            stream?.Dispose();
    }

    private void Open(Stream stream, long limit)
    {
        chunk = new byte[ChunkBytes];
        long available = MemoryBudget.Of(limit);
        if (stream.Length > available)
            throw new CheckpointException(
                $"'{path}' has {stream.Length} bytes where {available} of memory are available (use a smaller file, or raise MemoryLimit)");
        var (metadata, entries) = SafetensorsReader.ReadHeader(stream, $"'{path}'", Limits);
        data = stream.Position;
        if (!metadata.TryGetValue(FormatKey, out string? format) || format != Format)
            throw new CheckpointException(
                $"'{path}' is no checkpoint: its format is '{format}', wanted '{Format}' (choose a file that rnnjit wrote)");
        foreach (var (key, value) in metadata.Where(pair => pair.Key is not (DigestKey or FormatKey)))
            texts[key] = value;
        foreach (SafetensorsEntry entry in entries)
            stored[entry.Name] = entry;
        if (metadata.GetValueOrDefault(DigestKey) != StoredDigest())
            throw new CheckpointException(
                $"'{path}' was altered after it was written: its digest does not fit its content (use another copy)");
    }

    // Digest over the file's contents, read in pieces.
    private string StoredDigest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        AddTexts(hash);
        foreach (var (name, entry) in stored)
        {
            Add(hash, name);
            Add(hash, Text(entry));
            for (long position = entry.Begin; position < entry.End; position += ChunkBytes)
            {
                Span<byte> bytes = chunk.AsSpan(0, (int)Math.Min(ChunkBytes, entry.End - position));
                ReadData(position, bytes);
                hash.AppendData(bytes);
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private void ReadData(long position, Span<byte> into)
    {
        try
        {
            stream!.Position = data + position;
            stream.ReadExactly(into);
        }
        catch (IOException e)
        {
            throw new CheckpointException($"'{path}' could not be read: {e.Message.TrimEnd('.')} (use another copy)", e);
        }
    }

    private static void Widen(ReadOnlySpan<byte> bytes, SafetensorsDtype dtype, Span<float> into)
    {
        if (dtype == SafetensorsDtype.F32)
        {
            MemoryMarshal.Cast<byte, float>(bytes).CopyTo(into);
            return;
        }

        for (int i = 0; i < into.Length; i++)
            into[i] = (float)SafetensorsElement.ReadFloating(bytes, i, dtype);
    }

    private static void Widen(ReadOnlySpan<byte> bytes, SafetensorsDtype dtype, Span<double> into)
    {
        for (int i = 0; i < into.Length; i++)
            into[i] = SafetensorsElement.ReadFloating(bytes, i, dtype);
    }

    private SafetensorsEntry Entry(string name) =>
        stored.TryGetValue(name, out SafetensorsEntry? entry)
            ? entry
            : throw new CheckpointException($"'{path}' has no tensor '{name}' (use the checkpoint of this model)");

    private static string Text(SafetensorsEntry entry) => SafetensorsTensor.Text(entry.Dtype, entry.Shape);
}
