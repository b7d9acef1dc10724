using System.Buffers.Binary;
using System.Text;
using RnnJit.Files;

namespace RnnJit.Import;

/// <summary>
/// Reads the datasets of an HDF5 file as h5py writes it by default: superblock version 0 or 1, groups of symbol tables, contiguous or
/// compact numbers (HDF5 File Format Specification 3.0, sections II.A, III.A, III.C, IV.A). Every address and length is checked against the
/// file's before it is used; what is chunked, compressed, or of another version is refused.
/// </summary>
internal sealed class Hdf5Reader
{
    private const int MostDatasets = 65_536, MostNodes = 1_000_000, Deepest = 32, LongestName = 512, MostAxes = 32;
    private const long Undefined = -1;

    private readonly ReadOnlyMemory<byte> file;
    private readonly string source;
    private readonly HashSet<long> open = [];
    private int nodes;

    private Hdf5Reader(ReadOnlyMemory<byte> file, string source) => (this.file, this.source) = (file, source);

    private OrderedDictionary<string, SafetensorsTensor> Found { get; } = new(StringComparer.Ordinal);

    /// <summary>The datasets by path, <c>layers/lstm/cell/vars/0</c>; their bytes are those of the file, not copied.</summary>
    /// <exception cref="WeightFileException">The file is malformed, or of a form that is not read.</exception>
    public static OrderedDictionary<string, SafetensorsTensor> Read(ReadOnlyMemory<byte> file, string source)
    {
        var reader = new Hdf5Reader(file, source);
        reader.Group(reader.Root(), "", 0);
        return reader.Found;
    }

    private long Root()
    {
        ReadOnlySpan<byte> head = Bytes(0, 16, "superblock");
        if (!head.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'H', (byte)'D', (byte)'F', 0x0D, 0x0A, 0x1A, 0x0A]))
            throw new WeightFileException($"{source} does not begin as an HDF5 file does (it is of another format)");
        if (head[8] > 1 || head[13] != 8 || head[14] != 8)
            throw new WeightFileException(
                $"{source} is an HDF5 file of superblock version {head[8]} with addresses of {head[13]} bytes, wanted 0 or 1 and 8 "
                    + "(write it by h5py without libver, or save npz)");
        int addresses = head[8] == 0 ? 24 : 28;
        if (Int64(addresses, "base address") != 0)
            throw Wrong("a base address that is not 0");

        // Behind four addresses: the root's entry, whose second field is its header.
        return Int64(addresses + 32 + 8, "root group");
    }

    private void Group(long header, string path, int depth)
    {
        Count();
        if (depth > Deepest || !open.Add(header))
            throw Wrong($"groups that contain themselves, or more than {Deepest} inside each other, at '{path}'");
        Hdf5Object found = Hdf5Object.Read(this, header);
        if (found.Tree is { } tree)
            Tree(tree.Nodes, Heap(tree.Names), path, depth);
        else if (path.Length > 0)
            Dataset(found, path);
        else
            throw Wrong("a root group without a symbol table");
        open.Remove(header);
    }

    private void Tree(long address, (long Place, long Length) heap, string path, int depth)
    {
        Count();
        if (!open.Add(~address))
            throw Wrong($"a tree of names that contains itself, at '{path}'");
        ReadOnlySpan<byte> head = Bytes(address, 24, "tree");
        int used = BinaryPrimitives.ReadUInt16LittleEndian(head[6..]), level = head[5];
        if (!head.StartsWith("TREE"u8) || head[4] != 0)
            throw Wrong($"no tree of names at byte {address}");
        for (int i = 0; i < used; i++)
        {
            // Key, child, key, child, …, key.
            long child = Int64(address + 24 + 8 + (16L * i), "tree");
            if (level > 0)
                Tree(child, heap, path, depth);
            else
                Symbols(child, heap, path, depth);
        }

        open.Remove(~address);
    }

    private void Symbols(long address, (long Place, long Length) heap, string path, int depth)
    {
        Count();
        ReadOnlySpan<byte> head = Bytes(address, 8, "names");
        int count = BinaryPrimitives.ReadUInt16LittleEndian(head[6..]);
        if (!head.StartsWith("SNOD"u8))
            throw Wrong($"no names of a group at byte {address}");
        for (int i = 0; i < count; i++)
        {
            long entry = address + 8 + (40L * i);
            string name = Name(heap, Int64(entry, "name"));
            Group(Int64(entry + 8, "header"), path.Length == 0 ? name : $"{path}/{name}", depth + 1);
        }
    }

    private (long Place, long Length) Heap(long address)
    {
        if (!Bytes(address, 32, "heap").StartsWith("HEAP"u8))
            throw Wrong($"no heap of names at byte {address}");
        long length = Int64(address + 8, "heap"), place = Int64(address + 24, "heap");
        if (length < 0 || place < 0 || place > file.Length - length)
            throw Wrong($"a heap of {length} bytes at byte {place}");
        return (place, length);
    }

    private string Name((long Place, long Length) heap, long offset)
    {
        if (offset < 0 || offset >= heap.Length)
            throw Wrong($"a name at byte {offset} of a heap of {heap.Length}");
        ReadOnlySpan<byte> rest = file.Span.Slice((int)(heap.Place + offset), (int)Math.Min(heap.Length - offset, LongestName + 1));
        int end = rest.IndexOf((byte)0);
        return end > 0 ? Encoding.UTF8.GetString(rest[..end]) : throw Wrong($"a name that is empty or longer than {LongestName} bytes");
    }

    private void Dataset(Hdf5Object found, string path)
    {
        if (found.Shape is not { } shape || found.Dtype is not { } dtype || found.Place is not { } place)
            throw new WeightFileException(
                $"{source}: '{path}' is {found.Odd ?? "no dataset of numbers"}, wanted contiguous little-endian numbers "
                    + "(save it without compression, or save npz)");
        if (shape.Length > MostAxes || path.Length > 16 * LongestName || Found.Count == MostDatasets)
            throw Wrong($"more than {MostAxes} axes or {MostDatasets} datasets, at '{path}'");
        if (!dtype.TryByteCount(shape, out long bytes) || bytes != found.Length)
            throw Wrong($"'{path}' of {dtype.Name()}[{string.Join(", ", shape)}] in {found.Length} bytes");
        Found.TryAdd(path, new SafetensorsTensor(dtype, shape, bytes == 0 ? default : Slice(place, bytes, path)));
    }

    private ReadOnlyMemory<byte> Slice(long place, long length, string what) =>
        place >= 0 && length >= 0 && place <= file.Length - length
            ? file.Slice((int)place, (int)length)
            : throw Wrong($"{length} bytes of '{what}' at byte {(place == Undefined ? "none" : place.ToString())} of {file.Length}");

    /// <summary>So many bytes of the file.</summary>
    public ReadOnlySpan<byte> Bytes(long place, long length, string what) => Slice(place, length, what).Span;

    public long Int64(long place, string what) => BinaryPrimitives.ReadInt64LittleEndian(Bytes(place, 8, what));

    /// <summary>The sentence about something in the file.</summary>
    public WeightFileException Wrong(string found) => new($"{source}: the HDF5 file has {found} (it is truncated or damaged)");

    private void Count()
    {
        if (++nodes > MostNodes)
            throw Wrong($"more than {MostNodes} nodes");
    }
}
