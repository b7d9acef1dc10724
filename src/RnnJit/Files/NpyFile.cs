using System.Buffers.Binary;
using System.Text;

namespace RnnJit.Files;

/// <summary>
/// A file of one array as NumPy writes it: a magic, a version, a header such as <c>{'descr': '&lt;f4', 'fortran_order': False, 'shape': (3,
/// 4), }</c>, and the elements (numpy.lib.format, versions 1.0 to 3.0). Arrays of Python objects are pickles and are refused.
/// </summary>
public static class NpyFile
{
    private const int LongestHeader = 65536;

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Reads a file.</summary>
    /// <returns>The array, row-major; its rank is at most 32.</returns>
    /// <exception cref="WeightFileException">The file is missing or malformed, or its elements are no numbers.</exception>
    public static SafetensorsTensor Read(string path)
    {
        using FileStream stream = WeightFile.Open(path);
        return Read(stream, stream.Length, $"'{path}'");
    }

    /// <summary>Reads what is left of a stream.</summary>
    /// <inheritdoc cref="Read(string)"/>
    public static SafetensorsTensor Read(Stream stream) =>
        WholeStream.Read(stream, static (whole, source) => Read(whole, whole.Length, source));

    /// <summary>Writes a file of version 1.0, row-major.</summary>
    /// <exception cref="WeightFileException">NumPy has no such element type.</exception>
    /// <exception cref="IOException">The file could not be written; a previous one is untouched.</exception>
    public static void Write(string path, SafetensorsTensor tensor)
    {
        byte[] bytes = Bytes(tensor);
        AtomicFile.Write(path, stream => stream.Write(bytes));
    }

    /// <summary>Writes the same bytes to a stream, which stays open.</summary>
    /// <inheritdoc cref="Write(string, SafetensorsTensor)"/>
    public static void Write(Stream stream, SafetensorsTensor tensor)
    {
        ArgumentNullException.ThrowIfNull(stream);
        stream.Write(Bytes(tensor));
    }

    internal static byte[] Bytes(SafetensorsTensor tensor)
    {
        string shape = string.Join(", ", tensor.Shape) + (tensor.Shape.Count == 1 ? "," : "");
        string header = $"{{'descr': '{NpyDtype.Name(tensor.Dtype)}', 'fortran_order': False, 'shape': ({shape}), }}";

        // NumPy pads with spaces, so that the elements begin at a multiple of 64 bytes.
        int before = Magic.Length + 4;
        int padded = ((before + header.Length + 1 + 63) / 64 * 64) - before;
        var bytes = new byte[before + padded + tensor.Bytes.Length];
        Magic.CopyTo(bytes);
        bytes[Magic.Length] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(Magic.Length + 2), checked((ushort)padded));
        Encoding.ASCII.GetBytes(header.PadRight(padded - 1) + "\n", bytes.AsSpan(before));
        tensor.Bytes.Span.CopyTo(bytes.AsSpan(before + padded));
        return bytes;
    }

    internal static SafetensorsTensor Read(Stream stream, long length, string source)
    {
        NpyHeader header = Header(stream, length, source, out long wanted);
        if (wanted > Array.MaxLength)
            throw new WeightFileException($"{source} holds {wanted} bytes, wanted at most {Array.MaxLength} (split the array)");
        var bytes = new byte[wanted];
        stream.ReadExactly(bytes);
        return new SafetensorsTensor(header.Dtype, header.Shape, header.Fortran ? RowMajor(bytes, header) : bytes);
    }

    /// <summary>An array whose file is in memory already; row-major elements are not copied.</summary>
    internal static SafetensorsTensor Read(byte[] file, string source)
    {
        NpyHeader header = Header(new MemoryStream(file, writable: false), file.Length, source, out long wanted);
        ReadOnlyMemory<byte> bytes = file.AsMemory(file.Length - (int)wanted);
        return new SafetensorsTensor(header.Dtype, header.Shape, header.Fortran ? RowMajor(bytes.Span, header) : bytes);
    }

    // Everything before the elements, which take the rest of the file.
    private static NpyHeader Header(Stream stream, long length, string source, out long wanted)
    {
        Span<byte> begin = stackalloc byte[Magic.Length + 2];
        if (length < begin.Length + 2)
            throw new WeightFileException($"{source} has {length} bytes, wanted a NumPy array (it is truncated)");
        stream.ReadExactly(begin);
        if (!begin.StartsWith(Magic))
            throw new WeightFileException($"{source} does not begin as a NumPy array does (it is of another format)");
        if (begin[^2] is not (1 or 2 or 3))
            throw new WeightFileException(
                $"{source} is a NumPy array of version {begin[^2]}.{begin[^1]}, wanted 1, 2 or 3 (save it again)");
        Span<byte> size = stackalloc byte[4];
        size.Clear();
        int digits = begin[^2] == 1 ? 2 : 4;
        long place = begin.Length + digits;
        if (length < place)
            throw new WeightFileException($"{source} has {length} bytes, wanted a NumPy array (it is truncated)");
        stream.ReadExactly(size[..digits]);
        long header = BinaryPrimitives.ReadUInt32LittleEndian(size);
        if (header > LongestHeader || place + header > length)
            throw new WeightFileException(
                $"{source} announces a header of {header} bytes, wanted at most {Math.Min(LongestHeader, Math.Max(0, length - place))} "
                    + "(it is truncated or damaged)");
        var text = new byte[header];
        stream.ReadExactly(text);
        NpyHeader read = NpyHeader.Parse(Encoding.Latin1.GetString(text), source);
        long left = length - place - header;
        return read.Dtype.TryByteCount(read.Shape, out wanted) && wanted == left ? read : throw new WeightFileException(
            $"{source} has {left} bytes of elements, wanted those of {read.Dtype.Name()}[{string.Join(", ", read.Shape)}] "
                + "(it is truncated or damaged)");
    }

    // Column-major: the first index runs fastest.
    private static byte[] RowMajor(ReadOnlySpan<byte> bytes, NpyHeader header)
    {
        int size = header.Dtype.Bits() / 8, rank = header.Shape.Length;
        var made = new byte[bytes.Length];
        var index = new long[rank];
        for (int to = 0; to < bytes.Length; to += size)
        {
            long from = 0;
            for (int axis = rank - 1; axis >= 0; axis--)
                from = (from * header.Shape[axis]) + index[axis];
            bytes.Slice((int)(from * size), size).CopyTo(made.AsSpan(to));
            for (int axis = rank - 1; axis >= 0 && ++index[axis] == header.Shape[axis]; axis--)
                index[axis] = 0;
        }

        return made;
    }
}
