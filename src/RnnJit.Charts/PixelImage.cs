using System.Buffers.Binary;
using System.IO.Compression;
using RnnJit.Files;

namespace RnnJit.Charts;

/// <summary>An image as numbers: rows from top to bottom, grey or red, green and blue.</summary>
public sealed class PixelImage
{
    private readonly double[] values;

    /// <param name="height">Rows of pixels.</param>
    /// <param name="width">Columns of pixels.</param>
    /// <param name="values">[height, width] for grey, [height, width, 3] for colours, from 0 (black) to 1; numbers beyond are taken to the
    /// nearer end, those that are not finite to 0.</param>
    /// <exception cref="ArgumentException">A size is not positive, or there is another number of values.</exception>
    public PixelImage(int height, int width, ReadOnlySpan<double> values)
    {
        if (height <= 0 || width <= 0)
            throw new ArgumentException($"An image is {height} × {width} pixels, wanted at least one of each (give its sizes)");
        long pixels = (long)height * width;
        if (values.Length != pixels && values.Length != 3 * pixels)
            throw new ArgumentException($"An image of {height} × {width} pixels has {values.Length} values, wanted {pixels} or "
                + $"{3 * pixels} (give one or three for each pixel)");
        (Height, Width, this.values) = (height, width, values.ToArray());
    }

    /// <summary>Rows of pixels.</summary>
    public int Height { get; }

    /// <summary>Columns of pixels.</summary>
    public int Width { get; }

    /// <summary>The image as a PNG file with 8 bits a channel.</summary>
    public byte[] ToPng()
    {
        int channels = values.Length / (Height * Width);
        return Png(Height, Width, channels, (place, channel) => Byte(values[place * channels + channel]));
    }

    /// <summary>One colour, the more opaque the larger the number of a pixel.</summary>
    internal static byte[] Veil(int height, int width, ReadOnlySpan<double> shares, (byte R, byte G, byte B) colour)
    {
        double[] alpha = shares.ToArray();
        return Png(height, width, 4, (place, channel) => channel switch
        {
            0 => colour.R,
            1 => colour.G,
            2 => colour.B,
            _ => Byte(alpha[place]),
        });
    }

    private static byte Byte(double value) => double.IsNaN(value) ? (byte)0 : (byte)Math.Round(255 * Math.Clamp(value, 0, 1));

    // PNG, second edition (ISO/IEC 15948), sections 5.3, 11.2.2 and 9: signature; chunks IHDR, IDAT, IEND; filter 0 before each row.
    private static byte[] Png(int height, int width, int channels, Func<int, int, byte> at)
    {
        byte kind = channels switch { 1 => 0, 3 => 2, _ => 6 };
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, kind);
        var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 0x1A, 10]);
        Chunk(file, "IHDR"u8, header);
        var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            var row = new byte[1 + width * channels];
            for (int y = 0; y < height; y++)
            {
                for (int i = 0; i < width * channels; i++)
                    row[1 + i] = at(y * width + i / channels, i % channels);
                zlib.Write(row);
            }
        }

        Chunk(file, "IDAT"u8, packed.ToArray());
        Chunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    private static void Chunk(MemoryStream file, ReadOnlySpan<byte> name, ReadOnlySpan<byte> content)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        file.Write(number);
        byte[] named = [.. name, .. content];
        file.Write(named);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.Of(named));
        file.Write(number);
    }
}
