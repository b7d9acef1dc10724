using System.Buffers.Binary;
using System.Text;
using RnnJit.Files;

namespace RnnJit.Import;

/// <summary>The bytes of pickles in a stream; no more than a limit are read, and nothing is allocated that is not there.</summary>
internal sealed class PickleInput(Stream stream, long most, string source)
{
    private const int LongestText = 65536;

    private static readonly UTF8Encoding Strict = new(false, true);

    private readonly byte[] eight = new byte[8];

    /// <summary>The number of bytes that were read.</summary>
    public long Place { get; private set; }

    public byte Byte()
    {
        Fill(1);
        return eight[0];
    }

    public int UInt16()
    {
        Fill(2);
        return BinaryPrimitives.ReadUInt16LittleEndian(eight);
    }

    public int Int32()
    {
        Fill(4);
        return BinaryPrimitives.ReadInt32LittleEndian(eight);
    }

    public long Int64()
    {
        Fill(8);
        return BinaryPrimitives.ReadInt64LittleEndian(eight);
    }

    public double Double()
    {
        Fill(8);
        return BinaryPrimitives.ReadDoubleBigEndian(eight);
    }

    /// <summary>An integer of so many bytes, in two's complement, little-endian.</summary>
    public Int128 Integer(int length)
    {
        if (length > 16)
            throw Wrong($"an integer of {length} bytes, wanted at most 16");
        Int128 value = 0;
        int shift = 0;
        byte last = 0;
        for (; shift < 8 * length; shift += 8)
            value |= (Int128)(last = Byte()) << shift;
        return (last & 0x80) != 0 && length < 16 ? value - ((Int128)1 << shift) : value;
    }

    public string Text(long length, bool utf8 = true)
    {
        if (length is < 0 or > LongestText)
            throw Wrong($"a text of {length} bytes, wanted at most {LongestText}");
        if (length > most - Place)
            throw Ended();
        var bytes = new byte[length];
        if (stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
            throw Ended();
        Place += length;
        try
        {
            return utf8 ? Strict.GetString(bytes) : Encoding.Latin1.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw Wrong("a text that is no UTF-8");
        }
    }

    /// <summary>The text up to the end of the line.</summary>
    public string Line()
    {
        var line = new StringBuilder();
        for (byte b = Byte(); b != '\n'; b = Byte())
        {
            if (line.Length == 256)
                throw Wrong("a name of more than 256 characters");
            line.Append((char)b);
        }

        return line.ToString();
    }

    /// <summary>The sentence about something in the pickle.</summary>
    public WeightFileException Wrong(string found) =>
        new($"{source}: the pickle has {found}, at its byte {Place} (it is damaged, or no state dict that torch.save wrote)");

    private WeightFileException Ended() => new(
        $"{source}: the pickle does not end within its {Place} bytes, or is longer than {most} "
            + "(it is truncated or damaged, or no state dict)");

    private void Fill(int count)
    {
        if (count > most - Place || stream.ReadAtLeast(eight.AsSpan(0, count), count, throwOnEndOfStream: false) < count)
            throw Ended();
        Place += count;
    }
}
