using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace RnnJit.Files;

/// <summary>One file of a zip archive: sizes and place are proven to lie inside the archive.</summary>
internal sealed record ZipPart(string Name, bool Compressed, uint Checksum, long CompressedSize, long Size, long HeaderPlace);

/// <summary>
/// Reads zip archives that may be hostile: the list at the end is read with its sizes checked against the file's, what would be unpacked is
/// bounded before anything is, and checksums are compared. Files are stored or deflated, not encrypted, in one volume (APPNOTE.TXT 6.3.10).
/// </summary>
internal sealed class ZipFileReader
{
    private const int EndBytes = 22, LongestComment = 65535, EntryBytes = 46, LocalBytes = 30, MostParts = 65535, LongestName = 4096;
    private const uint EndMark = 0x06054b50, EntryMark = 0x02014b50, LocalMark = 0x04034b50;

    // Deflate makes at most 1032 bytes of one (zlib's technical notes), and a block has a few more.
    private const long MostInflation = 1032;

    private static readonly UTF8Encoding Strict = new(false, true);

    private readonly Stream stream;
    private readonly string source;

    private ZipFileReader(Stream stream, string source) => (this.stream, this.source) = (stream, source);

    /// <summary>The files by name, in the order of the archive's list.</summary>
    public OrderedDictionary<string, ZipPart> Parts { get; } = new(StringComparer.Ordinal);

    /// <summary>Reads the list of an archive.</summary>
    /// <exception cref="WeightFileException">The archive is malformed, or would unpack to more than
    /// <see cref="UnpackedLimit"/>.</exception>
    public static ZipFileReader Open(Stream stream, string source)
    {
        var reader = new ZipFileReader(stream, source);
        reader.ReadList();
        return reader;
    }

    /// <summary>The bytes that a file of a length may become in memory: 64 MB and 16 times the file.</summary>
    public static long UnpackedLimit(long fileLength) => (64L << 20) + (16 * fileLength);

    /// <summary>The content of one file.</summary>
    /// <exception cref="WeightFileException">It is damaged.</exception>
    public byte[] Read(ZipPart part)
    {
        if (part.Size > Array.MaxLength)
            throw Wrong(part, $"has {part.Size} bytes, wanted at most {Array.MaxLength} (split the tensor)");
        var content = new byte[part.Size];
        stream.Position = DataPlace(part);
        try
        {
            if (!part.Compressed)
                stream.ReadExactly(content);
            else
                Inflate(part, content);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw new WeightFileException($"{source}: '{part.Name}' cannot be unpacked (the archive is damaged)", e);
        }

        if (Crc32.Of(content) != part.Checksum)
            throw Wrong(part, "has another checksum than the archive says (it is damaged; use another copy)");
        return content;
    }

    private void Inflate(ZipPart part, byte[] content)
    {
        using var inflater = new DeflateStream(new SubStream(stream, part.CompressedSize), CompressionMode.Decompress);
        inflater.ReadExactly(content);
        if (inflater.ReadByte() >= 0)
            throw Wrong(part, $"unpacks to more than the {part.Size} bytes that the archive says (it is damaged)");
    }

    private void ReadList()
    {
        byte[] end = ReadEnd();
        int count = BinaryPrimitives.ReadUInt16LittleEndian(end.AsSpan(10));
        long length = BinaryPrimitives.ReadUInt32LittleEndian(end.AsSpan(12)),
            place = BinaryPrimitives.ReadUInt32LittleEndian(end.AsSpan(16));
        if (BinaryPrimitives.ReadUInt16LittleEndian(end.AsSpan(4)) != 0 || BinaryPrimitives.ReadUInt16LittleEndian(end.AsSpan(6)) != 0)
            throw new WeightFileException($"{source} is one volume of several (put them together)");
        if (count == MostParts || length == uint.MaxValue || place == uint.MaxValue)
            throw new WeightFileException($"{source} is a zip64 archive of more than 65,534 files or 4 GB (split it)");
        if (place + length > stream.Length - EndBytes || length < (long)count * EntryBytes)
            throw new WeightFileException(
                $"{source} announces a list of {count} files in {length} bytes at byte {place}, wanted inside its {stream.Length} bytes "
                    + "(the archive is truncated or damaged)");
        var list = new byte[length];
        stream.Position = place;
        stream.ReadExactly(list);
        long total = 0;
        int at = 0;
        for (int i = 0; i < count; i++)
        {
            ZipPart part = ReadPart(list, ref at);
            if (!Parts.TryAdd(part.Name, part))
                throw Wrong(part, "occurs twice (the archive is damaged or made to deceive)");
            total += part.Size;
        }

        if (total > UnpackedLimit(stream.Length))
            throw new WeightFileException(
                $"{source} of {stream.Length} bytes would unpack to {total}, wanted at most {UnpackedLimit(stream.Length)} "
                    + "(it is damaged or made to fill memory)");
    }

    private byte[] ReadEnd()
    {
        int tail = (int)Math.Min(stream.Length, EndBytes + LongestComment);
        var bytes = new byte[tail];
        stream.Position = stream.Length - tail;
        stream.ReadExactly(bytes);
        for (int at = tail - EndBytes; at >= 0; at--)
        {
            if (BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at)) == EndMark
                && at + EndBytes + BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at + 20)) == tail)
                return bytes[at..(at + EndBytes)];
        }

        throw new WeightFileException($"{source} begins as a zip archive but has no end of one (it is truncated)");
    }

    private ZipPart ReadPart(byte[] list, ref int at)
    {
        if (at > list.Length - EntryBytes || BinaryPrimitives.ReadUInt32LittleEndian(list.AsSpan(at)) != EntryMark)
            throw new WeightFileException($"{source}: the archive's list breaks off at its byte {at} (it is damaged)");
        ReadOnlySpan<byte> entry = list.AsSpan(at);
        int name = BinaryPrimitives.ReadUInt16LittleEndian(entry[28..]), extra = BinaryPrimitives.ReadUInt16LittleEndian(entry[30..]),
            comment = BinaryPrimitives.ReadUInt16LittleEndian(entry[32..]);
        if (EntryBytes + name + extra + comment > entry.Length || name > LongestName)
            throw new WeightFileException($"{source}: the archive's list has a name of {name} bytes at its byte {at} (it is damaged)");
        int method = BinaryPrimitives.ReadUInt16LittleEndian(entry[10..]);
        long packed = BinaryPrimitives.ReadUInt32LittleEndian(entry[20..]), size = BinaryPrimitives.ReadUInt32LittleEndian(entry[24..]);
        var part =
            new ZipPart(Text(entry.Slice(EntryBytes, name)), method == 8, BinaryPrimitives.ReadUInt32LittleEndian(entry[16..]), packed,
            size, BinaryPrimitives.ReadUInt32LittleEndian(entry[42..]));
        at += EntryBytes + name + extra + comment;
        if ((BinaryPrimitives.ReadUInt16LittleEndian(entry[8..]) & 1) != 0)
            throw Wrong(part, "is encrypted (unpack it and pack it again without a password)");
        if (method is not (0 or 8))
            throw Wrong(part, $"is packed by method {method}, wanted 0 (stored) or 8 (deflated) (pack it again)");
        if (packed > stream.Length || (method == 0 ? packed != size : size > (packed * MostInflation) + MostInflation))
            throw Wrong(part, $"has {packed} bytes for {size} unpacked ones, which no archive has (it is damaged)");
        return part;
    }

    // The header before the data repeats the name and has fields of its own length.
    private long DataPlace(ZipPart part)
    {
        Span<byte> header = stackalloc byte[LocalBytes];
        if (part.HeaderPlace > stream.Length - LocalBytes)
            throw Wrong(part, $"begins at byte {part.HeaderPlace} of {stream.Length} (the archive is truncated)");
        stream.Position = part.HeaderPlace;
        stream.ReadExactly(header);
        long place = part.HeaderPlace + LocalBytes + BinaryPrimitives.ReadUInt16LittleEndian(header[26..])
            + BinaryPrimitives.ReadUInt16LittleEndian(header[28..]);
        if (BinaryPrimitives.ReadUInt32LittleEndian(header) != LocalMark || place + part.CompressedSize > stream.Length)
            throw Wrong(part, "has no header where the archive's list says, or ends behind the file (the archive is damaged)");
        return place;
    }

    private string Text(ReadOnlySpan<byte> name)
    {
        try
        {
            return Strict.GetString(name);
        }
        catch (DecoderFallbackException e)
        {
            throw new WeightFileException($"{source}: the name of a file in the archive is no UTF-8 (pack it again)", e);
        }
    }

    private WeightFileException Wrong(ZipPart part, string what) => new($"{source}: '{part.Name}' {what}");
}
