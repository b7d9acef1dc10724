using System.Buffers.Binary;
using RnnJit.Ir;

namespace RnnJit.Import.Tests;

/// <summary>A tensor as ONNX's test data hold it: fields 1 (dims), 2 (type), 4 (floats), 7 (int64), 9 (raw) of a TensorProto.</summary>
internal static class TensorProto
{
    public static NdArray Read(string path)
    {
        ReadOnlySpan<byte> bytes = File.ReadAllBytes(path);
        var dims = new List<int>();
        var numbers = new List<double>();
        int type = 0;
        while (bytes.Length > 0)
        {
            ulong tag = Varint(ref bytes);
            int field = (int)(tag >> 3);
            ulong value = (tag & 7) switch
            {
                0 or 2 => Varint(ref bytes),
                5 => (ulong)BitConverter.SingleToInt32Bits(BinaryPrimitives.ReadSingleLittleEndian(bytes)),
                var other => throw new NotSupportedException($"wire type {other}"),
            };
            ReadOnlySpan<byte> content = [];
            if ((tag & 7) == 2)
            {
                content = bytes[..(int)value];
                bytes = bytes[(int)value..];
            }

            if (field == 1 && (tag & 7) == 0)
                dims.Add((int)value);
            while (field == 1 && content.Length > 0)
                dims.Add((int)Varint(ref content));
            if (field == 2)
                type = (int)value;
            while (field == 7 && content.Length > 0)
                numbers.Add((long)Varint(ref content));
            int size = type == 7 ? 8 : 4;
            for (; field is 4 or 9 && content.Length > 0; content = content[size..])
                numbers.Add(type switch
                {
                    1 => BinaryPrimitives.ReadSingleLittleEndian(content),
                    6 => BinaryPrimitives.ReadInt32LittleEndian(content),
                    7 => BinaryPrimitives.ReadInt64LittleEndian(content),
                    var other => throw new NotSupportedException($"element type {other}"),
                });
        }

        return new NdArray([.. dims], [.. numbers]);
    }

    private static ulong Varint(ref ReadOnlySpan<byte> bytes)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte b = bytes[0];
            bytes = bytes[1..];
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80)
                return value;
        }
    }
}
