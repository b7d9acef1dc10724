using System.Buffers.Binary;
using System.Security.Cryptography;

namespace RnnJit.Jit.Caching;

/// <summary>A kernel's file: the mark, the key, SHA-256 of the assembly, its length, the assembly.</summary>
internal static class KernelFile
{
    private const int KeyAt = 8, HashAt = KeyAt + 32, LengthAt = HashAt + 32, ImageAt = LengthAt + 8;

    private static ReadOnlySpan<byte> Mark => "RNNJITK1"u8;

    public static void Write(Stream stream, KernelKey key, byte[] image)
    {
        Span<byte> header = stackalloc byte[ImageAt];
        Mark.CopyTo(header);
        key.Bytes.CopyTo(header[KeyAt..]);
        SHA256.HashData(image, header[HashAt..]);
        BinaryPrimitives.WriteInt64LittleEndian(header[LengthAt..], image.Length);
        stream.Write(header);
        stream.Write(image);
    }

    /// <param name="fault">Why there is none.</param>
    /// <returns>The assembly, or null.</returns>
    public static byte[]? Read(Stream stream, KernelKey key, out string? fault)
    {
        Span<byte> header = stackalloc byte[ImageAt];
        int found = stream.ReadAtLeast(header, ImageAt, throwOnEndOfStream: false);
        fault = found < ImageAt ? $"it ends after {found} bytes"
            : !header.StartsWith(Mark) ? "it is no compiled kernel"
            : !header[KeyAt..HashAt].SequenceEqual(key.Bytes) ? "it holds another kernel than its name says"
            : null;
        if (fault is not null)
            return null;

        long length = BinaryPrimitives.ReadInt64LittleEndian(header[LengthAt..]);
        if (length != stream.Length - ImageAt)
        {
            fault = $"it has {stream.Length} bytes, wanted {length + ImageAt}";
            return null;
        }

        byte[] image = new byte[length];
        stream.ReadExactly(image);
        if (SHA256.HashData(image).AsSpan().SequenceEqual(header[HashAt..LengthAt]))
            return image;

        fault = "its hash is not that of its content";
        return null;
    }
}
