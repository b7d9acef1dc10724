using System.Buffers.Binary;
using RnnJit.Files;

namespace RnnJit.Import;

/// <summary>The header of a group or dataset: messages of version 1 (HDF5 File Format Specification 3.0, section IV.A.1).</summary>
internal sealed class Hdf5Object
{
    private const int MostMessages = 1000;

    /// <summary>Of a group: addresses of the tree of its members and the heap of their names.</summary>
    public (long Nodes, long Names)? Tree { get; private set; }

    public long[]? Shape { get; private set; }

    /// <summary>The element type; null where it is none that is read.</summary>
    public SafetensorsDtype? Dtype { get; private set; }

    /// <summary>The first byte of the elements.</summary>
    public long? Place { get; private set; }

    /// <summary>The bytes of the elements.</summary>
    public long Length { get; private set; }

    /// <summary>A form that is not read, for messages.</summary>
    public string? Odd { get; private set; }

    /// <exception cref="WeightFileException">The header is malformed.</exception>
    public static Hdf5Object Read(Hdf5Reader reader, long address)
    {
        ReadOnlySpan<byte> head = reader.Bytes(address, 16, "object header");
        if (head[0] != 1)
            throw reader.Wrong($"an object header of version {head[0]} at byte {address}, wanted 1");
        int count = BinaryPrimitives.ReadUInt16LittleEndian(head[2..]);
        if (count > MostMessages)
            throw reader.Wrong($"an object header of {count} messages, wanted at most {MostMessages}");
        var found = new Hdf5Object();
        var blocks = new Queue<(long Place, long Length)>();
        blocks.Enqueue((address + 16, BinaryPrimitives.ReadUInt32LittleEndian(head[8..])));
        int read = 0;
        while (blocks.TryDequeue(out var block))
        {
            reader.Bytes(block.Place, block.Length, "messages");
            for (long at = block.Place, end = block.Place + block.Length; at <= end - 8 && read < count; read++)
            {
                ReadOnlySpan<byte> message = reader.Bytes(at, 8, "message");
                int type = BinaryPrimitives.ReadUInt16LittleEndian(message), size = BinaryPrimitives.ReadUInt16LittleEndian(message[2..]);
                if (size > end - at - 8)
                    throw reader.Wrong($"a message of {size} bytes at byte {at} that ends behind its block");
                found.Add(reader, type, at + 8, size, blocks);
                at += 8 + size;
            }
        }

        if (found.Odd is not null)
            (found.Place, found.Dtype) = (null, null);
        return found;
    }

    private void Add(Hdf5Reader reader, int type, long place, int size, Queue<(long Place, long Length)> blocks)
    {
        ReadOnlySpan<byte> data = reader.Bytes(place, size, "message");
        switch (type)
        {
            case 0x01 when size >= 4:
                Shape = Dataspace(reader, data);
                break;
            case 0x03 when size >= 8:
                Dtype = Datatype(data);
                break;
            case 0x08 when size >= 4:
                Layout(data, place);
                break;
            case 0x0B:
                Odd = "compressed or filtered";
                break;
            case 0x10 when size >= 16:
                blocks.Enqueue((reader.Int64(place, "messages"), reader.Int64(place + 8, "messages")));
                break;
            case 0x11 when size >= 16:
                Tree = (reader.Int64(place, "group"), reader.Int64(place + 8, "group"));
                break;
        }
    }

    private static long[] Dataspace(Hdf5Reader reader, ReadOnlySpan<byte> data)
    {
        int rank = data[1], begin = data[0] == 1 ? 8 : 4;
        if (data[0] is not (1 or 2) || data.Length < begin + (8 * rank))
            throw reader.Wrong($"a shape of version {data[0]} and {rank} axes in {data.Length} bytes");
        var shape = new long[rank];
        for (int axis = 0; axis < rank; axis++)
            shape[axis] = BinaryPrimitives.ReadInt64LittleEndian(data[(begin + (8 * axis))..]);
        return shape;
    }

    // Class 0 are integers, class 1 IEEE numbers; bit 0 of the field says big-endian.
    private static SafetensorsDtype? Datatype(ReadOnlySpan<byte> data)
    {
        int kind = data[0] & 0x0F;
        uint size = BinaryPrimitives.ReadUInt32LittleEndian(data[4..]);
        bool isBig = (data[1] & 1) != 0, isSigned = (data[1] & 8) != 0;
        if (isBig)
            return null;
        if (kind == 1 && data.Length >= 20)
            return (size, data[12], data[13]) switch
            {
                (2, 10, 5) => SafetensorsDtype.F16,
                (4, 23, 8) => SafetensorsDtype.F32,
                (8, 52, 11) => SafetensorsDtype.F64,
                _ => null,
            };
        return (kind, size, isSigned) switch
        {
            (0, 1, true) => SafetensorsDtype.I8,
            (0, 1, false) => SafetensorsDtype.U8,
            (0, 4, true) => SafetensorsDtype.I32,
            (0, 4, false) => SafetensorsDtype.U32,
            (0, 8, true) => SafetensorsDtype.I64,
            (0, 8, false) => SafetensorsDtype.U64,
            _ => null,
        };
    }

    // Version 3: class 0 has the elements here, class 1 in one piece elsewhere, class 2 in chunks.
    private void Layout(ReadOnlySpan<byte> data, long place)
    {
        if (data[0] == 3 && data[1] == 0)
            (Place, Length) = (place + 4, BinaryPrimitives.ReadUInt16LittleEndian(data[2..]));
        else if (data[0] == 3 && data[1] == 1 && data.Length >= 18)
            (Place, Length) = (BinaryPrimitives.ReadInt64LittleEndian(data[2..]), BinaryPrimitives.ReadInt64LittleEndian(data[10..]));
        else
            Odd = data[1] == 2 ? "chunked" : $"in a layout of version {data[0]}";
    }
}
