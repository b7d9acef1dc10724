using System.Buffers.Binary;

namespace RnnJit.Files;

/// <summary>Single elements of little-endian tensor bytes.</summary>
internal static class SafetensorsElement
{
    public static bool IsInteger(SafetensorsDtype dtype) => dtype is SafetensorsDtype.Bool
        or SafetensorsDtype.I8 or SafetensorsDtype.I16 or SafetensorsDtype.I32 or SafetensorsDtype.I64
        or SafetensorsDtype.U8 or SafetensorsDtype.U16 or SafetensorsDtype.U32 or SafetensorsDtype.U64;

    public static Int128 ReadInteger(ReadOnlySpan<byte> bytes, int index, SafetensorsDtype dtype)
    {
        var element = bytes[(index * (dtype.Bits() / 8))..];
        return dtype switch
        {
            SafetensorsDtype.Bool => element[0] == 0 ? 0 : 1,
            SafetensorsDtype.I8 => (sbyte)element[0],
            SafetensorsDtype.U8 => element[0],
            SafetensorsDtype.I16 => BinaryPrimitives.ReadInt16LittleEndian(element),
            SafetensorsDtype.U16 => BinaryPrimitives.ReadUInt16LittleEndian(element),
            SafetensorsDtype.I32 => BinaryPrimitives.ReadInt32LittleEndian(element),
            SafetensorsDtype.U32 => BinaryPrimitives.ReadUInt32LittleEndian(element),
            SafetensorsDtype.I64 => BinaryPrimitives.ReadInt64LittleEndian(element),
            SafetensorsDtype.U64 => BinaryPrimitives.ReadUInt64LittleEndian(element),
            _ => throw NoNumbers(dtype),
        };
    }

    public static double ReadFloating(ReadOnlySpan<byte> bytes, int index, SafetensorsDtype dtype)
    {
        var element = bytes[(index * (dtype.Bits() / 8))..];
        return dtype switch
        {
            SafetensorsDtype.F16 => (double)BinaryPrimitives.ReadHalfLittleEndian(element),
            SafetensorsDtype.BF16 => BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(element) << 16),
            SafetensorsDtype.F32 => BinaryPrimitives.ReadSingleLittleEndian(element),
            SafetensorsDtype.F64 => BinaryPrimitives.ReadDoubleLittleEndian(element),
            _ => throw NoNumbers(dtype),
        };
    }

    public static void Write(Span<byte> bytes, int index, SafetensorsDtype dtype, float value)
    {
        var element = bytes[(index * (dtype.Bits() / 8))..];
        switch (dtype)
        {
            case SafetensorsDtype.F16:
                BinaryPrimitives.WriteHalfLittleEndian(element, (Half)value);
                break;
            case SafetensorsDtype.BF16:
                BinaryPrimitives.WriteUInt16LittleEndian(element, Cpu.Gemm.StoredNumber.BFloat16(value));
                break;
            case SafetensorsDtype.F32:
                BinaryPrimitives.WriteSingleLittleEndian(element, value);
                break;
            case SafetensorsDtype.F64:
                BinaryPrimitives.WriteDoubleLittleEndian(element, value);
                break;
            default:
                throw new SafetensorsException($"Floating-point values cannot be stored as {dtype.Name()} (choose F16, BF16, F32 or F64)");
        }
    }

    private static SafetensorsException NoNumbers(SafetensorsDtype dtype) =>
        new($"Elements {dtype.Name()} have no conversion to a number (use the raw bytes)");
}
