using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace RnnJit.Files;

/// <summary>One tensor of a safetensors file: element type, shape (empty for a scalar) and little-endian row-major bytes.</summary>
public sealed class SafetensorsTensor
{
    /// <param name="dtype">Element type.</param>
    /// <param name="shape">Dimensions, row-major; empty for a scalar.</param>
    /// <param name="bytes">Little-endian elements; kept, not copied.</param>
    /// <exception cref="SafetensorsException">The number of bytes is not that of the type and shape.</exception>
    public SafetensorsTensor(SafetensorsDtype dtype, ReadOnlySpan<long> shape, ReadOnlyMemory<byte> bytes)
    {
        if (!dtype.TryByteCount(shape, out var wanted) || wanted != bytes.Length)
            throw new SafetensorsException(
                $"A tensor {Text(dtype, shape)} was given {bytes.Length} bytes (pass exactly the bytes of its elements)");

        Dtype = dtype;
        Shape = shape.ToArray();
        Bytes = bytes;
    }

    public SafetensorsDtype Dtype { get; }

    /// <summary>Dimensions, row-major; empty for a scalar.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>Little-endian row-major elements.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Number of elements.</summary>
    public int Count => (int)(Bytes.Length * 8L / Dtype.Bits());

    public override string ToString() => Text(Dtype, Shape.ToArray());

    /// <summary>A tensor of <paramref name="dtype"/> (F32, F64, or rounded to nearest even: F16, BF16) with these values.</summary>
    /// <exception cref="SafetensorsException">The values do not fill the shape, or the type holds no floating-point numbers.</exception>
    public static SafetensorsTensor From(ReadOnlySpan<float> values, ReadOnlySpan<long> shape,
        SafetensorsDtype dtype = SafetensorsDtype.F32)
    {
        var bytes = new byte[values.Length * (dtype.Bits() / 8)];
        if (dtype == SafetensorsDtype.F32 && BitConverter.IsLittleEndian)
            MemoryMarshal.AsBytes(values).CopyTo(bytes);
        else
        {
            for (var i = 0; i < values.Length; i++)
                SafetensorsElement.Write(bytes, i, dtype, values[i]);
        }

        return new SafetensorsTensor(dtype, shape, bytes);
    }

    /// <summary>A tensor F64 with these values.</summary>
    /// <exception cref="SafetensorsException">The values do not fill the shape.</exception>
    public static SafetensorsTensor From(ReadOnlySpan<double> values, ReadOnlySpan<long> shape)
    {
        var bytes = new byte[values.Length * sizeof(double)];
        if (BitConverter.IsLittleEndian)
            MemoryMarshal.AsBytes(values).CopyTo(bytes);
        else
        {
            for (var i = 0; i < values.Length; i++)
                BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(i * sizeof(double)), values[i]);
        }

        return new SafetensorsTensor(SafetensorsDtype.F64, shape, bytes);
    }

    /// <summary>A tensor I32 with these values.</summary>
    /// <exception cref="SafetensorsException">The values do not fill the shape.</exception>
    public static SafetensorsTensor From(ReadOnlySpan<int> values, ReadOnlySpan<long> shape)
    {
        var bytes = new byte[values.Length * sizeof(int)];
        for (var i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(i * sizeof(int)), values[i]);

        return new SafetensorsTensor(SafetensorsDtype.I32, shape, bytes);
    }

    /// <summary>A tensor I64 with these values.</summary>
    /// <exception cref="SafetensorsException">The values do not fill the shape.</exception>
    public static SafetensorsTensor From(ReadOnlySpan<long> values, ReadOnlySpan<long> shape)
    {
        var bytes = new byte[values.Length * sizeof(long)];
        for (var i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(i * sizeof(long)), values[i]);

        return new SafetensorsTensor(SafetensorsDtype.I64, shape, bytes);
    }

    /// <summary>The elements as float, rounded to nearest where the type is wider; any integer or floating-point type of 8 bits
    /// or more except F8 and C64.</summary>
    /// <exception cref="SafetensorsException">The type has no such conversion.</exception>
    public float[] ToSingle()
    {
        var values = new float[Count];
        CopyTo(values);
        return values;
    }

    /// <summary>Copies the elements to a span of at least <see cref="Count"/> numbers, as <see cref="ToSingle"/> gives them.</summary>
    /// <exception cref="ArgumentException">The span is shorter.</exception>
    /// <exception cref="SafetensorsException">The type has no such conversion.</exception>
    public void CopyTo(Span<float> values)
    {
        Require(values.Length);
        if (Dtype == SafetensorsDtype.F32 && BitConverter.IsLittleEndian)
        {
            Bytes.Span.CopyTo(MemoryMarshal.AsBytes(values));
            return;
        }

        for (var i = 0; i < Count; i++)
        {
            values[i] = SafetensorsElement.IsInteger(Dtype)
                ? (float)SafetensorsElement.ReadInteger(Bytes.Span, i, Dtype)
                : (float)SafetensorsElement.ReadFloating(Bytes.Span, i, Dtype);
        }
    }

    /// <summary>The elements as double; the same types as <see cref="ToSingle"/>.</summary>
    /// <exception cref="SafetensorsException">The type has no such conversion.</exception>
    public double[] ToDouble()
    {
        var values = new double[Count];
        CopyTo(values);
        return values;
    }

    /// <summary>Copies the elements to a span of at least <see cref="Count"/> numbers, as <see cref="ToDouble"/> gives them.</summary>
    /// <exception cref="ArgumentException">The span is shorter.</exception>
    /// <exception cref="SafetensorsException">The type has no such conversion.</exception>
    public void CopyTo(Span<double> values)
    {
        Require(values.Length);
        for (var i = 0; i < Count; i++)
        {
            values[i] = SafetensorsElement.IsInteger(Dtype)
                ? (double)SafetensorsElement.ReadInteger(Bytes.Span, i, Dtype)
                : SafetensorsElement.ReadFloating(Bytes.Span, i, Dtype);
        }
    }

    /// <summary>The elements of an integer or BOOL tensor.</summary>
    /// <exception cref="SafetensorsException">The type is no integer, or a value does not fit.</exception>
    public int[] ToInt32() => Array.ConvertAll(Integers(int.MinValue, int.MaxValue), value => (int)value);

    /// <summary>The elements of an integer or BOOL tensor.</summary>
    /// <exception cref="SafetensorsException">The type is no integer, or a value does not fit.</exception>
    public long[] ToInt64() => Array.ConvertAll(Integers(long.MinValue, long.MaxValue), value => (long)value);

    private void Require(int length)
    {
        if (length < Count)
            throw new ArgumentException($"A tensor {this} has {Count} elements, found room for {length} (give a longer span)");
    }

    private Int128[] Integers(Int128 low, Int128 high)
    {
        if (!SafetensorsElement.IsInteger(Dtype))
            throw new SafetensorsException($"A tensor {this} holds no integers (read it with ToSingle or ToDouble)");

        var values = new Int128[Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = SafetensorsElement.ReadInteger(Bytes.Span, i, Dtype);
            if (values[i] < low || values[i] > high)
                throw new SafetensorsException(
                    $"Element {i} of a tensor {this} is {values[i]}, outside {low} to {high} (read it as a wider type)");
        }

        return values;
    }

    internal static string Text(SafetensorsDtype dtype, ReadOnlySpan<long> shape) =>
        $"{dtype.Name()}[{string.Join(", ", shape.ToArray())}]";
}
