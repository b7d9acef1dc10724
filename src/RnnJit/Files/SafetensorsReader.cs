using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace RnnJit.Files;

/// <summary>Reads the frame of the format: header length, header, tensors. Nothing is allocated that the stream's own length does not
/// cover.</summary>
internal static class SafetensorsReader
{
    private const int LengthBytes = 8;

    public static SafetensorsFile Read(Stream stream, string source)
    {
        var (metadata, entries) = ReadHeader(stream, source, HeaderLimits.Reference);
        return new SafetensorsFile(metadata, ReadTensors(stream, entries));
    }

    /// <summary>Reads the header and proves that the tensors tile the data; the stream then stands at the first byte of the data.</summary>
    public static (Dictionary<string, string> Metadata,
        List<SafetensorsEntry> Entries) ReadHeader(Stream stream, string source, HeaderLimits limits)
    {
        if (stream.Length < LengthBytes)
            throw new SafetensorsException(
                $"{source} has {stream.Length} bytes, wanted at least the 8 bytes of the header's length "
                    + "(it is truncated or no safetensors file)");

        Span<byte> prefix = stackalloc byte[LengthBytes];
        stream.ReadExactly(prefix);
        var headerLength = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (headerLength > (ulong)limits.Bytes)
            throw new SafetensorsException(
                $"{source} announces a header of {headerLength} bytes, wanted at most {limits.Bytes} (it is damaged or no safetensors "
                    + "file)");
        if ((long)headerLength > stream.Length - LengthBytes)
            throw new SafetensorsException(
                $"{source} announces a header of {headerLength} bytes but only {stream.Length - LengthBytes} follow (it is truncated)");

        var (metadata, entries) = ParseHeader(stream, source, (int)headerLength, limits);
        CheckLayout(entries, stream.Length - stream.Position, source);
        return (metadata, entries);
    }

    // In memory that is free again at once: the texts are strings by then.
    private static unsafe (Dictionary<string, string> Metadata,
        List<SafetensorsEntry> Entries) ParseHeader(Stream stream, string source, int length, HeaderLimits limits)
    {
        byte* memory = (byte*)NativeMemory.Alloc((nuint)length);
        try
        {
            var header = new Span<byte>(memory, length);
            stream.ReadExactly(header);
            return SafetensorsHeader.Parse(header, source, limits);
        }
        finally
        {
            NativeMemory.Free(memory);
        }
    }

    // The tensors in the order of their offsets must tile the data: 0 = begin₀, endₖ = beginₖ₊₁, endₙ = length of the data.
    private static void CheckLayout(List<SafetensorsEntry> entries, long dataLength, string source)
    {
        entries.Sort((a, b) => (a.Begin, a.End).CompareTo((b.Begin, b.End)));
        long position = 0;
        foreach (var entry in entries)
        {
            if (entry.Begin != position)
                throw new SafetensorsException(
                    $"{source}: tensor '{entry.Name}' begins at byte {entry.Begin} of the data, wanted {position} "
                        + "(offsets must neither overlap nor leave holes)");
            if (entry.End < entry.Begin || entry.End > dataLength)
                throw new SafetensorsException(
                    $"{source}: tensor '{entry.Name}' ends at byte {entry.End} of the data, wanted {entry.Begin} to {dataLength} "
                        + "(the file is truncated or damaged)");

            CheckSize(entry, source);
            position = entry.End;
        }

        if (position != dataLength)
            throw new SafetensorsException(
                $"{source} has {dataLength} bytes of data but its tensors cover {position} "
                    + "(the file is damaged or has something appended)");
    }

    private static void CheckSize(SafetensorsEntry entry, string source)
    {
        var tensor = SafetensorsTensor.Text(entry.Dtype, entry.Shape);
        var found = entry.End - entry.Begin;
        if (!entry.Dtype.TryByteCount(entry.Shape, out var wanted))
            throw new SafetensorsException(
                $"{source}: tensor '{entry.Name}' {tensor} has no whole number of bytes below 2^63 (the header is damaged)");
        if (found != wanted)
            throw new SafetensorsException(
                $"{source}: tensor '{entry.Name}' {tensor} has {found} bytes, wanted {wanted} (the header is damaged)");
        if (found > Array.MaxLength)
            throw new SafetensorsException(
                $"{source}: tensor '{entry.Name}' {tensor} has {found} bytes, wanted at most {Array.MaxLength} (split the tensor)");
    }

    private static Dictionary<string, SafetensorsTensor> ReadTensors(Stream stream, List<SafetensorsEntry> entries)
    {
        var tensors = new Dictionary<string, SafetensorsTensor>(entries.Count);
        foreach (var entry in entries)
        {
            var bytes = new byte[entry.End - entry.Begin];
            stream.ReadExactly(bytes);
            tensors.Add(entry.Name, new SafetensorsTensor(entry.Dtype, entry.Shape, bytes));
        }

        return tensors;
    }
}
