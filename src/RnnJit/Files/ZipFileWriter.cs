using System.Buffers.Binary;
using System.Text;

namespace RnnJit.Files;

/// <summary>Writes a zip archive of stored files without dates, so that equal content gives equal bytes.</summary>
internal sealed class ZipFileWriter(Stream stream)
{
    // 1 January 1980, the first day that the format knows.
    private const ushort FirstDay = 0x21;
    private const ushort Utf8Name = 0x800, Version = 20;

    private readonly MemoryStream list = new();
    private long place;
    private int count;

    /// <exception cref="WeightFileException">The archive would have more than 65,534 files or 4 GB.</exception>
    public void Add(string name, ReadOnlyMemory<byte> content)
    {
        byte[] text = Encoding.UTF8.GetBytes(name);
        if (++count >= ushort.MaxValue || place + content.Length + text.Length + 1000 > uint.MaxValue - list.Length || text.Length > 4096)
            throw new WeightFileException($"The archive would have more than 65,534 files or 4 GB with '{name}' (write safetensors)");
        Span<byte> common = stackalloc byte[26];
        BinaryPrimitives.WriteUInt16LittleEndian(common, Version);
        BinaryPrimitives.WriteUInt16LittleEndian(common[2..], Utf8Name);
        BinaryPrimitives.WriteUInt16LittleEndian(common[8..], FirstDay);
        BinaryPrimitives.WriteUInt32LittleEndian(common[10..], Crc32.Of(content.Span));
        BinaryPrimitives.WriteUInt32LittleEndian(common[14..], (uint)content.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(common[18..], (uint)content.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(common[22..], (ushort)text.Length);

        Write(list, 0x02014b50);
        list.Write([(byte)Version, 0]);
        list.Write(common);
        list.Write(new byte[10]);
        Write(list, (uint)place);
        list.Write(text);

        Write(stream, 0x04034b50);
        stream.Write(common);
        stream.Write(text);
        stream.Write(content.Span);
        place += 30 + text.Length + content.Length;
    }

    /// <summary>Writes the list, behind which nothing can be added.</summary>
    public void End()
    {
        list.WriteTo(stream);
        Span<byte> end = stackalloc byte[22];
        BinaryPrimitives.WriteUInt32LittleEndian(end, 0x06054b50);
        BinaryPrimitives.WriteUInt16LittleEndian(end[8..], (ushort)count);
        BinaryPrimitives.WriteUInt16LittleEndian(end[10..], (ushort)count);
        BinaryPrimitives.WriteUInt32LittleEndian(end[12..], (uint)list.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(end[16..], (uint)place);
        stream.Write(end);
    }

    private static void Write(Stream to, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        to.Write(bytes);
    }
}
