using System.Buffers.Binary;
using System.Text;
using RnnJit.Files;

namespace RnnJit.Import.Tests;

/// <summary>Writes pickles opcode by opcode, good ones and others.</summary>
internal sealed class PickleText
{
    private readonly MemoryStream bytes = new();

    public byte[] Bytes => bytes.ToArray();

    /// <summary>Protocol 2 and the beginning of a state dict with one entry.</summary>
    public static PickleText StateDict() => new PickleText().Op(0x80, 2).Global("collections", "OrderedDict").Text(")R");

    public PickleText Op(params byte[] opcodes)
    {
        bytes.Write(opcodes);
        return this;
    }

    /// <summary>Opcodes that are letters.</summary>
    public PickleText Text(string opcodes) => Op(Encoding.Latin1.GetBytes(opcodes));

    public PickleText Global(string module, string name) => Text($"c{module}\n{name}\n");

    public PickleText String(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        return Op((byte)'X').Int(utf8.Length, withOpcode: false).Op(utf8);
    }

    public PickleText Int(int value, bool withOpcode = true)
    {
        Span<byte> four = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(four, value);
        return withOpcode ? Op((byte)'J').Op(four.ToArray()) : Op(four.ToArray());
    }

    public PickleText Long(Int128 value, int length = 9)
    {
        Op(0x8A, (byte)length);
        for (int i = 0; i < length; i++)
            Op((byte)(value >> (8 * i)));
        return this;
    }

    /// <summary>A persistent id: <c>('storage', torch.FloatStorage, key, 'cpu', count)</c>.</summary>
    public PickleText Storage(string key = "0", int count = 12, string kind = "FloatStorage") =>
        Text("(").String("storage").Global("torch", kind).String(key).String("cpu").Int(count).Text("tQ");

    /// <summary>A tensor as torch writes it; the storage comes first.</summary>
    public PickleText Tensor(int[] shape, int[] strides, int offset = 0, Action<PickleText>? storage = null)
    {
        Global("torch._utils", "_rebuild_tensor_v2").Text("(");
        (storage ?? (text => text.Storage()))(this);
        Int(offset);
        foreach (int[] numbers in new[] { shape, strides })
        {
            Text("(");
            foreach (int number in numbers)
                Int(number);
            Text("t");
        }

        return Op(0x89).Global("collections", "OrderedDict").Text(")RtR");
    }

    /// <summary>A state dict of one good tensor <c>a</c> [3, 4].</summary>
    public static byte[] Good() => StateDict().String("a").Tensor([3, 4], [4, 1]).Text("s.").Bytes;

    /// <summary>A file of torch.save around a pickle, with a storage of 12 floats.</summary>
    public static byte[] File(byte[] pickle, params (string Name, byte[] Content)[] more)
    {
        var stream = new MemoryStream();
        var archive = new ZipFileWriter(stream);
        archive.Add("archive/data.pkl", pickle);
        if (more.All(part => part.Name != "archive/data/0"))
            archive.Add("archive/data/0", new byte[48]);
        foreach (var (name, content) in more)
            archive.Add(name, content);
        archive.End();
        return stream.ToArray();
    }
}
