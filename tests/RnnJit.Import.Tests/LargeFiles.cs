using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using RnnJit.Files;

namespace RnnJit.Import.Tests;

/// <summary>Valid files of one large tensor in every format and form that is read.</summary>
internal static class LargeFiles
{
    public const int Rows = 4096, Columns = 6144;

    private const int Bytes = sizeof(float) * Rows * Columns, Views = 8;

    // Where the fixture has the shape of its weights [4, 16], twice, and the place and length of their numbers.
    private const int Shape = 7608, Layout = 7698;

    /// <summary>Names of files, and what is in each.</summary>
    public static IReadOnlyDictionary<string, Func<byte[]>> All { get; } = new Dictionary<string, Func<byte[]>>
    {
        ["rows.npy"] = () => Npy(fortran: false),
        ["columns.npy"] = () => Npy(fortran: true),
        ["stored.npz"] = () => Zip(CompressionLevel.NoCompression, ("a.npy", Npy(fortran: false))),
        ["columns.npz"] = () => Zip(CompressionLevel.NoCompression, ("a.npy", Npy(fortran: true))),
        ["deflated.npz"] = () => Zip(CompressionLevel.Fastest, ("a.npy", Npy(fortran: false))),
        ["rows.safetensors"] = Safetensors,
        ["rows.pt"] = () => PickleText.File(Dictionary([Columns, 1], 1, Storage), ("archive/data/0", Numbers())),
        ["columns.pt"] = () => PickleText.File(Dictionary([1, Rows], 1, Storage), ("archive/data/0", Numbers())),
        ["views.pt"] = () => PickleText.File(Dictionary([Columns, 1], Views, Storage), ("archive/data/0", Numbers())),
        ["rows.pth"] = () => Legacy(Dictionary([Columns, 1], 1, OldStorage)),
        ["columns.pth"] = () => Legacy(Dictionary([1, Rows], 1, OldStorage)),
        ["views.pth"] = () => Legacy(Dictionary([Columns, 1], Views, OldStorage)),
        ["rows.weights.h5"] = Hdf5,
        ["stored.keras"] = () => Zip(CompressionLevel.NoCompression, ("model.weights.h5", Hdf5())),
        ["deflated.keras"] = () => Zip(CompressionLevel.Fastest, ("model.weights.h5", Hdf5())),
    };

    // What no compression makes smaller: deflate looks back 32 KB.
    private static byte[] Numbers()
    {
        var numbers = new byte[Bytes];
        Span<byte> piece = numbers.AsSpan(0, 1 << 20);
        new Random(1).NextBytes(piece);
        for (int at = piece.Length; at < Bytes; at += piece.Length)
            piece.CopyTo(numbers.AsSpan(at));
        return numbers;
    }

    private static byte[] Npy(bool fortran)
    {
        string header = $"{{'descr': '<f4', 'fortran_order': {fortran}, 'shape': ({Rows}, {Columns}), }}".PadRight(117) + "\n";
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.ASCII.GetBytes(header), .. Numbers()];
    }

    private static byte[] Zip(CompressionLevel level, (string Name, byte[] Content) part)
    {
        var made = new MemoryStream(part.Content.Length + (1 << 20));
        using (var archive = new ZipArchive(made, ZipArchiveMode.Create, leaveOpen: true))
        {
            using Stream stream = archive.CreateEntry(part.Name, level).Open();
            stream.Write(part.Content);
        }

        return made.ToArray();
    }

    private static byte[] Safetensors()
    {
        var made = new MemoryStream(Bytes + 1000);
        SafetensorsFile.Write(made, [new("a", new SafetensorsTensor(SafetensorsDtype.F32, [Rows, Columns], Numbers()))]);
        return made.ToArray();
    }

    // Tensors that share one storage, each a part of its rows.
    private static byte[] Dictionary(int[] strides, int count, Action<PickleText> storage)
    {
        PickleText text = PickleText.StateDict();
        for (int i = 0; i < count; i++)
            text.String($"a{i}").Tensor([Rows / count, Columns], strides, i * (Rows / count) * Columns, storage).Text("s");
        return text.Text(".").Bytes;
    }

    private static void Storage(PickleText text) => text.Storage(count: Rows * Columns);

    private static void OldStorage(PickleText text) =>
        text.Text("(").String("storage").Global("torch", "FloatStorage").String("0").String("cpu").Int(Rows * Columns).Text("NtQ");

    private static byte[] Legacy(byte[] pickle)
    {
        byte[] keys = new PickleText().Op(0x80, 2).Text("]").String("0").Text("a.").Bytes, count = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(count, Rows * Columns);
        return [.. MalformedFileTests.LegacyBegin(), .. pickle, .. keys, .. count, .. Numbers()];
    }

    private static byte[] Hdf5()
    {
        byte[] fixture = File.ReadAllBytes(FixtureTests.File("keras.weights.h5"));
        long[] shape = [Rows, Columns, Rows, Columns], layout = [fixture.Length, Bytes];
        for (int i = 0; i < shape.Length; i++)
            BinaryPrimitives.WriteInt64LittleEndian(fixture.AsSpan(Shape + (8 * i)), shape[i]);
        for (int i = 0; i < layout.Length; i++)
            BinaryPrimitives.WriteInt64LittleEndian(fixture.AsSpan(Layout + (8 * i)), layout[i]);
        return [.. fixture, .. Numbers()];
    }
}
