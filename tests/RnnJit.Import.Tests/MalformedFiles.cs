using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using RnnJit.Files;

namespace RnnJit.Import.Tests;

/// <summary>Classes of malformed files by name: the name of a file, its content, and what the sentence says.</summary>
internal static class MalformedFiles
{
    public static IReadOnlyDictionary<string, (string File, Func<byte[]> Content, string Said)> All { get; } =
        new[] { Npy(), Npz(), Torch(), Legacy(), Safetensors() }.SelectMany(group => group)
            .ToDictionary(entry => entry.Name, entry => (entry.File, entry.Content, entry.Said));

    /// <summary>A good file of that name.</summary>
    public static byte[] Good(string file) => file switch
    {
        "good.npy" => Array("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }", 48),
        "good.npz" => Zip(("a.npy", Good("good.npy")), ("b.npy", Good("good.npy"))),
        "good.pt" => PickleText.File(PickleText.Good()),
        _ => LegacyFile(PickleText.StateDict().String("a").Tensor([3, 4], [4, 1], storage: OldStorage).Text("s.").Bytes),
    };

    private static IEnumerable<(string Name, string File, Func<byte[]> Content, string Said)> Npy()
    {
        (string, string, Func<byte[]>, string) Header(string name, string header, string said, int elements = 48) =>
            ("npy: " + name, "a.npy", () => Array(header, elements), said);
        yield return ("npy: empty", "a.npy", () => [], "has 0 bytes");
        yield return ("npy: another format", "a.npy", () => new byte[100], "does not begin as a NumPy array");
        yield return ("npy: version 2 breaks off", "a.npy", () => [0x93, .. "NUMPY"u8, 2, 0, 1, 0], "has 10 bytes");
        yield return ("npy: version 9", "a.npy", () => [0x93, .. "NUMPY"u8, 9, 0, 0, 0, 0, 0], "version 9.0");
        yield return ("npy: header of 4 GB", "a.npy", () => [0x93, .. "NUMPY"u8, 2, 0, 255, 255, 255, 255, 0], "announces a header");
        yield return ("npy: header behind the end", "a.npy", () => [0x93, .. "NUMPY"u8, 1, 0, 255, 0, 0], "announces a header");
        yield return Header("Python objects", "{'descr': '|O', 'fortran_order': False, 'shape': (3, 4), }", "Python objects");
        yield return Header("objects in another spelling", "{'descr': 'O8', 'fortran_order': False, 'shape': (3, 4), }", "Python objects");
        yield return Header("big-endian", "{'descr': '>f4', 'fortran_order': False, 'shape': (3, 4), }", "big-endian");
        yield return Header("complex", "{'descr': '<c8', 'fortran_order': False, 'shape': (3, 2), }", "no numbers");
        yield return Header("texts", "{'descr': '<U4', 'fortran_order': False, 'shape': (3, ), }", "no numbers");
        yield return Header("records", "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (12,), }", "a record of several fields");
        yield return Header("an expression", "__import__('os').system('true')", "no '{'");
        yield return Header("a call inside", "{'descr': __import__('os'), 'fortran_order': False, 'shape': (12,), }", "no quoted text");
        yield return Header("two shapes", "{'descr': '<f4', 'shape': (12,), 'shape': (12,), 'fortran_order': False}", "an entry 'shape'");
        yield return Header("an unknown entry", "{'descr': '<f4', 'fortran_order': False, 'shape': (12,), 'x': 1}", "an entry 'x'");
        yield return Header("no shape", "{'descr': '<f4', 'fortran_order': False}", "no 'descr', 'fortran_order' or 'shape'");
        yield return Header("negative extent", "{'descr': '<f4', 'fortran_order': False, 'shape': (-3, 4), }", "no tuple of numbers");
        yield return Header("extent beyond 2^63", "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }",
            "no tuple of numbers");
        yield return Header("product beyond 2^63", "{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4), }",
            "48 bytes of elements");
        yield return Header("an array of 2^60 bytes", "{'descr': '<f4', 'fortran_order': False, 'shape': (288230376151711744,), }",
            "48 bytes of elements");
        yield return Header("too few elements", "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 5), }", "48 bytes of elements");
        yield return Header("elements behind the end", "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 3), }",
            "48 bytes of elements");
        yield return Header("33 axes",
            $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({string.Concat(Enumerable.Repeat("1, ", 33))}), }}", "more than 32 axes");
        yield return Header("order neither True nor False", "{'descr': '<f4', 'fortran_order': Maybe, 'shape': (12,), }",
            "neither True nor False");
        yield return Header("something behind the header", "{'descr': '<f4', 'fortran_order': False, 'shape': (12,), } + 1",
            "something behind its end");
    }

    private static IEnumerable<(string Name, string File, Func<byte[]> Content, string Said)> Npz()
    {
        byte[] array = Good("good.npy");
        yield return ("npz: cut in the list", "a.npz", () => Good("good.npz")[..^10], "no end of one");
        yield return ("npz: list behind the end", "a.npz", () => End(Zip(("a.npy", array)), 16, 0x7FFFFFFF), "announces a list");
        yield return ("npz: 65,535 files", "a.npz", () => End16(Zip(("a.npy", array)), 10, 65535), "zip64");
        yield return ("npz: more files than entries", "a.npz", () => End16(Zip(("a.npy", array)), 10, 1000),
            "announces a list of 1000 files");
        yield return ("npz: volume 2 of 3", "a.npz", () => End16(Zip(("a.npy", array)), 4, 2), "one volume of several");
        yield return ("npz: no NumPy array inside", "a.npz", () => Zip(("a.npy", array), ("readme.txt", [1])), "holds 'readme.txt'");
        yield return ("npz: Python objects inside", "a.npz",
            () => Zip(("a.npy", Array("{'descr': '|O', 'fortran_order': False, 'shape': (3, 4), }", 48))),
            "'a.npy' is an array of type '|O'");
        yield return ("npz: one name twice", "a.npz", () => Zip(("a.npy", array), ("a.npy", array)), "occurs twice");
        yield return ("npz: changed element", "a.npz", () => Change(Zip(("a.npy", array)), 160), "another checksum");
        yield return ("npz: header elsewhere", "a.npz", () => Entry(Zip(("a.npy", array)), 42, 17), "no header where");
        yield return ("npz: header behind the end", "a.npz", () => Entry(Zip(("a.npy", array)), 42, 0x7FFFFFFF), "begins at byte");
        yield return ("npz: encrypted", "a.npz", () => Entry16(Zip(("a.npy", array)), 8, 1), "is encrypted");
        yield return ("npz: method 99", "a.npz", () => Entry16(Zip(("a.npy", array)), 10, 99), "method 99");
        yield return ("npz: stored sizes differ", "a.npz", () => Entry(Zip(("a.npy", array)), 24, 1000), "which no archive has");
        yield return ("npz: 4 GB of a few bytes", "a.npz", () => Entry(Deflated(array), 24, 0xFFFFFFF0), "which no archive has");
        yield return ("npz: unpacks to less", "a.npz", () => Entry(Deflated(array), 24, 1000), "cannot be unpacked");
        yield return ("npz: unpacks to more", "a.npz", () => Entry(Deflated(array), 24, 100), "unpacks to more");
        yield return ("npz: a bomb of 256 MB", "a.npz", () => Deflated(new byte[1 << 28]), "would unpack to 268435456");
        yield return ("npz: damaged deflate", "a.npz", () => Change(Deflated(array), 40), "'a.npy'");
        yield return ("npz: a name that is no UTF-8", "a.npz", () => Change(Zip(("a.npy", array)), -60, 0xFF, near: "a.npy"), "no UTF-8");
    }

    private static IEnumerable<(string Name, string File, Func<byte[]> Content, string Said)> Torch()
    {
        byte[] good = PickleText.Good();
        (string, string, Func<byte[]>, string) Pickle(string name, Func<PickleText, PickleText> tensor, string said) =>
            ("pt: " + name, "a.pt", () => PickleText.File(tensor(PickleText.StateDict().String("a")).Text("s.").Bytes), said);
        yield return ("pt: empty", "a.pt", () => [], "neither as a zip archive nor as a pickle");
        yield return ("pt: a text", "a.pt", () => "hello"u8.ToArray(), "neither as a zip archive nor as a pickle");
        yield return ("pt: no pickle", "a.pt", () => Zip(("archive/data/0", new byte[48])), "has 0 files 'data.pkl'");
        yield return ("pt: two pickles", "a.pt", () => PickleText.File(good, ("b/data.pkl", good)), "has 2 files 'data.pkl'");
        yield return ("pt: TorchScript", "a.pt", () => PickleText.File(good, ("archive/code/x.py", [1])), "is a TorchScript model");
        yield return ("pt: big-endian", "a.pt", () => PickleText.File(good, ("archive/byteorder", "big"u8.ToArray())), "byte order 'big'");
        yield return ("pt: pickle breaks off", "a.pt", () => PickleText.File(good[..^10]), "the pickle does not end");
        yield return ("pt: storage is missing", "a.pt",
            () => PickleText.File(PickleText.StateDict().String("a").Tensor([3, 4], [4, 1], storage: text => text.Storage("7"))
                .Text("s.").Bytes), "no 'data/7'");
        yield return ("pt: storage of another size", "a.pt", () => PickleText.File(good, ("archive/data/0", new byte[40])),
            "for which the archive has 40 bytes");
        yield return Pickle("storage of negative size", text => text.Tensor([3, 4], [4, 1], storage: text => text.Storage(count: -1)),
            "-1 elements");
        yield return Pickle("storage that climbs out", text => text.Tensor([3, 4], [4, 1], storage: text => text.Storage("../../x")),
            "no 'data/../../x'");
        yield return Pickle("unknown storage", text => text.Tensor([3, 4], [4, 1], storage: text => text.Storage(kind: "QInt8Storage")),
            "names 'torch.QInt8Storage'");
        yield return Pickle("tensor beyond its storage", text => text.Tensor([3, 5], [5, 1]), "a tensor [3, 5]");
        yield return Pickle("offset beyond its storage", text => text.Tensor([1, 1], [1, 1], offset: 13), "begins at element 13 of 12");
        yield return Pickle("negative offset", text => text.Tensor([1, 1], [1, 1], offset: -4), "begins at element -4");
        yield return Pickle("negative stride", text => text.Tensor([3, 4], [-4, 1]), "no number from 0");
        yield return Pickle("negative extent", text => text.Tensor([-3, 4], [4, 1]), "no number from 0");
        yield return Pickle("one stride for two axes", text => text.Tensor([3, 4], [4]), "2 axes and 1 strides");
        yield return Pickle("a tensor of no storage", text => text.Tensor([3, 4], [4, 1], storage: text => text.String("0")),
            "without storage");
        yield return Pickle("a key without a value", text => text.Text("(").String("a").Text("u").String("x"), "a key without a value");
        yield return Pickle("a reference to nothing", text => text.Op((byte)'h', 77), "place 77");
        yield return Pickle("a name twice", text => text.Tensor([3, 4], [4, 1]).Text("s").String("a").Tensor([3, 4], [4, 1]), "'a' twice");
        yield return Pickle("a key that is a tuple", text => text.Text("Ns)N"), "a key that is a tuple");
        yield return ("pt: a list", "a.pt", () => PickleText.File(new PickleText().Op(0x80, 2).Text("].").Bytes), "holds a list");
        yield return ("pt: protocol 1", "a.pt", () => PickleText.File(new PickleText().Op(0x80, 1).Text("}.").Bytes), "protocol 1");
        yield return ("pt: a stack that is empty", "a.pt", () => PickleText.File(new PickleText().Op(0x80, 2).Text("s.").Bytes),
            "fewer than 2 values");
        yield return ("pt: a text that is no UTF-8", "a.pt",
            () => PickleText.File(new PickleText().Op(0x80, 2).Op((byte)'X', 2, 0, 0, 0, 0xFF, 0xFE).Text(".").Bytes), "no UTF-8");
    }

    private static IEnumerable<(string Name, string File, Func<byte[]> Content, string Said)> Legacy()
    {
        byte[] good = Good("legacy.pt"), begin = MalformedFileTests.LegacyBegin();
        yield return ("old pt: another number", "a.pt", () => new PickleText().Op(0x80, 2).Int(5).Text(".").Bytes, "none of torch.save");
        yield return ("old pt: another version", "a.pt",
            () => [.. begin[..15], .. new PickleText().Op(0x80, 2).Int(7).Text(".").Bytes], "unknown version");
        yield return ("old pt: big-endian", "a.pt",
            () => [.. begin[..23], .. new PickleText().Op(0x80, 2).Text("}").String("little_endian").Op(0x89).Text("s.").Bytes],
            "another byte order");
        yield return ("old pt: no storages", "a.pt", () => good[..^66], "the pickle");
        yield return ("old pt: storage breaks off", "a.pt", () => good[..^20], "bytes are left");
        yield return ("old pt: another count", "a.pt", () => Change(good, good.Length - 56), "where its tensors say 12");
    }

    private static IEnumerable<(string Name, string File, Func<byte[]> Content, string Said)> Safetensors()
    {
        (string, string, Func<byte[]>, string) Header(string name, string header, string said, int data = 4) =>
            ("safetensors: " + name, "a.safetensors", () => Framed(header, data), said);
        yield return ("safetensors: empty", "a.safetensors", () => [], "has 0 bytes");
        yield return ("safetensors: HDF5", "a.safetensors", () => [0x89, .. "HDF\r\n"u8, 0x1A, 0x0A, 0, 0], "HDF5");
        yield return ("safetensors: one NumPy array", "a.safetensors", () => Good("good.npy"), "one NumPy array");
        yield return ("safetensors: header of 2^63 bytes", "a.safetensors", () => [0, 0, 0, 0, 0, 0, 0, 0x80, 1], "announces a header");
        yield return Header("no JSON", "{]", "'");
        yield return Header("data that overlap",
            """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""",
            "begins at byte 0");
        yield return Header("an extent of 2^62", """{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,4]}}""",
            "no whole number of bytes");
        yield return Header("data behind the end", """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "ends at byte 8");
    }

    private static void OldStorage(PickleText text) =>
        text.Text("(").String("storage").Global("torch", "FloatStorage").String("0").String("cpu").Int(12).Text("NtQ");

    private static byte[] LegacyFile(byte[] pickle)
    {
        byte[] keys = new PickleText().Op(0x80, 2).Text("]").String("0").Text("a.").Bytes;
        var count = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(count, 12);
        return [.. MalformedFileTests.LegacyBegin(), .. pickle, .. keys, .. count, .. new byte[48]];
    }

    private static byte[] Framed(string header, int data)
    {
        byte[] text = Encoding.UTF8.GetBytes(header);
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, text.Length);
        return [.. length, .. text, .. new byte[data]];
    }

    private static byte[] Array(string header, int elements)
    {
        byte[] text = Encoding.ASCII.GetBytes(header.PadRight(117) + "\n");
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)text.Length, (byte)(text.Length >> 8), .. text, .. new byte[elements]];
    }

    private static byte[] Zip(params (string Name, byte[] Content)[] parts)
    {
        var stream = new MemoryStream();
        var archive = new ZipFileWriter(stream);
        foreach (var (name, content) in parts)
            archive.Add(name, content);
        archive.End();
        return stream.ToArray();
    }

    private static byte[] Deflated(byte[] content)
    {
        var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            using Stream entry = archive.CreateEntry("a.npy", CompressionLevel.Optimal).Open();
            entry.Write(content);
        }

        return stream.ToArray();
    }

    private static byte[] Change(byte[] bytes, int place, byte change = 0x55, string? near = null)
    {
        byte[] changed = [.. bytes];
        changed[near is null ? place : changed.AsSpan().LastIndexOf(Encoding.ASCII.GetBytes(near))] ^= change;
        return changed;
    }

    // Fields of the only entry of the list, and of the end.
    private static byte[] Entry(byte[] zip, int field, uint value) => Set(zip, zip.AsSpan().LastIndexOf("PK\x01\x02"u8) + field, value, 4);

    private static byte[] Entry16(byte[] zip, int field, uint value) =>
        Set(zip, zip.AsSpan().LastIndexOf("PK\x01\x02"u8) + field, value, 2);

    private static byte[] End(byte[] zip, int field, uint value) => Set(zip, zip.Length - 22 + field, value, 4);

    private static byte[] End16(byte[] zip, int field, uint value) => Set(zip, zip.Length - 22 + field, value, 2);

    private static byte[] Set(byte[] bytes, int place, uint value, int size)
    {
        byte[] changed = [.. bytes];
        for (int i = 0; i < size; i++)
            changed[place + i] = (byte)(value >> (8 * i));
        return changed;
    }
}
