using System.Diagnostics;
using RnnJit.Files;

namespace RnnJit.Import.Tests;

/// <summary>Pickles that call, nest, share and inflate: nothing runs, and each gets one sentence in bounded time and memory.</summary>
[NonParallelizable]
public class HostilePickleTests
{
    private const long MostBytes = 256L << 20;

    private static readonly Dictionary<string, (Func<byte[]> Pickle, string Said)> Cases = new()
    {
        ["os.system"] = (() => Call("os", "system", "true"), "names 'os.system', which is refused"),
        ["posix.system"] = (() => Call("posix", "system", "true"), "names 'posix.system'"),
        ["nt.system"] = (() => Call("nt", "system", "x"), "names 'nt.system'"),
        ["builtins.eval"] = (() => Call("builtins", "eval", "1"), "names 'builtins.eval'"),
        ["builtins.exec"] = (() => Call("builtins", "exec", "1"), "names 'builtins.exec'"),
        ["builtins.getattr"] = (() => Call("builtins", "getattr", "1"), "names 'builtins.getattr'"),
        ["__builtin__.open"] = (() => Call("__builtin__", "open", "x"), "names '__builtin__.open'"),
        ["subprocess.Popen"] = (() => Call("subprocess", "Popen", "x"), "names 'subprocess.Popen'"),
        ["runpy"] = (() => Call("runpy", "_run_code", "x"), "names 'runpy._run_code'"),
        ["importlib"] = (() => Call("importlib", "import_module", "x"), "names 'importlib.import_module'"),
        ["torch.load"] = (() => Call("torch", "load", "x"), "names 'torch.load'"),
        ["torch.hub.load"] = (() => Call("torch.hub", "load", "x"), "names 'torch.hub.load'"),
        ["a module of the user's"] = (() => Call("__main__", "Net", "x"), "names '__main__.Net'"),
        ["torch.nn LSTM"] = (() => Call("torch.nn.modules.rnn", "LSTM", "x"), "names 'torch.nn.modules.rnn.LSTM'"),
        ["a name with a dot inside"] = (() => Call("torch", "serialization.os.system", "x"), "names 'torch.serialization.os.system'"),
        ["a name of the whitelist in another module"] =
            (() => Call("evil", "OrderedDict", "x"), "names 'evil.OrderedDict'"),
        ["a name from the stack"] =
            (() => new PickleText().Op(0x80, 4).String("os").String("system").Op(0x93).String("x").Op(0x85).Text("R.").Bytes,
                "names 'os.system'"),
        ["a name from the stack that is a number"] =
            (() => new PickleText().Op(0x80, 4).Int(1).Int(2).Op(0x93).Text(".").Bytes, "a global whose name is no text"),
        ["a name that is never called"] = (() => PickleText.StateDict().String("a").Global("os", "system").Text("s.").Bytes,
            "names 'os.system'"),
        ["an OrderedDict with arguments"] =
            (() => new PickleText().Op(0x80, 2).Global("collections", "OrderedDict").String("x").Op(0x85).Text("R.").Bytes,
                "a call of 'collections.OrderedDict'"),
        ["a call of a storage"] = (() => Call("torch", "FloatStorage", "x"), "a call of 'torch.FloatStorage'"),
        ["a call of a text"] = (() => new PickleText().Op(0x80, 2).String("os.system").Text(")R.").Bytes,
            "a call of something that is no name"),
        ["opcode INST"] = (() => new PickleText().Op(0x80, 2).Text("(ios\nsystem\n.").Bytes, "opcode 0x69 ('i')"),
        ["opcode OBJ"] = (() => new PickleText().Op(0x80, 2).Text("(o.").Bytes, "opcode 0x6F ('o')"),
        ["opcode NEWOBJ"] = (() => new PickleText().Op(0x80, 2).Text("N)").Op(0x81).Text(".").Bytes, "opcode 0x81"),
        ["opcode NEWOBJ_EX"] = (() => new PickleText().Op(0x80, 4).Text("N)}").Op(0x92).Text(".").Bytes, "opcode 0x92"),
        ["opcode EXT1"] = (() => new PickleText().Op(0x80, 2, 0x82, 1).Text(".").Bytes, "opcode 0x82"),
        ["opcode EXT4"] = (() => new PickleText().Op(0x80, 2, 0x84, 1, 0, 0, 0).Text(".").Bytes, "opcode 0x84"),
        ["opcode PERSID"] = (() => new PickleText().Op(0x80, 2).Text("P0\n.").Bytes, "opcode 0x50 ('P')"),
        ["opcode NEXT_BUFFER"] = (() => new PickleText().Op(0x80, 5, 0x97).Text(".").Bytes, "opcode 0x97"),
        ["opcode BYTEARRAY8"] =
            (() => new PickleText().Op(0x80, 5, 0x96, 255, 255, 255, 255, 255, 255, 255, 127).Text(".").Bytes, "opcode 0x96"),
        ["opcode LONG4 of 2 GB"] = (() => new PickleText().Op(0x80, 2, 0x8B, 255, 255, 255, 127).Text(".").Bytes, "opcode 0x8B"),
        ["attributes of a tensor"] =
            (() => PickleText.StateDict().String("a").Tensor([3, 4], [4, 1]).Text("}bs.").Bytes,
                "attributes of something that is no dictionary"),
        ["attributes that are no dictionary"] =
            (() => PickleText.StateDict().String("x").Text("b.").Bytes, "attributes of something that is no dictionary"),
        ["a dictionary in itself"] =
            (() => PickleText.StateDict().Op((byte)'q', 1).String("a").Op((byte)'h', 1).Text("s.").Bytes, "nested more than 16 deep"),
        ["dictionaries nested 500,000 deep"] = (() => Nested(500_000), "nested more than 16 deep"),
        ["tuples nested a million deep"] = (() => Tuples(1_000_000), "holds a tuple, wanted a dictionary"),
        ["dictionaries that share, 2^40 leaves"] = (() => Shared(10, 16), "more than 1000000 entries"),
        ["a tensor of stride 0"] =
            (() => PickleText.StateDict().String("a").Tensor([1 << 30, 1], [0, 0]).Text("s.").Bytes,
                "a tensor [1073741824, 1] with strides"),
        ["a text of 4 GB"] = (() => new PickleText().Op(0x80, 2).Op((byte)'X', 255, 255, 255, 255).Text(".").Bytes,
            "a text of 4294967295 bytes"),
        ["an integer of 255 bytes"] = (() => new PickleText().Op(0x80, 2, 0x8A, 255).Op(new byte[255]).Text(".").Bytes,
            "an integer of 255 bytes"),
        ["three million opcodes"] = (() => new PickleText().Op(0x80, 2).Text(new string('N', 3_000_000) + ".").Bytes,
            "more than 2000000 opcodes"),
        ["marks without end"] = (() => new PickleText().Op(0x80, 2).Text(new string('(', 1_900_000) + ".").Bytes, "values at its end"),
    };

    private static IEnumerable<string> Names => Cases.Keys;

    [TestCaseSource(nameof(Names))]
    public void A_hostile_pickle_gets_one_sentence(string name)
    {
        byte[] file = PickleText.File(Cases[name].Pickle());
        long before = GC.GetTotalAllocatedBytes();
        var watch = Stopwatch.StartNew();
        var refused = Assert.Throws<WeightFileException>(() => PyTorchFile.Read(new MemoryStream(file), "'evil.pt'"))!;
        Assert.That(watch.Elapsed, Is.LessThan(TimeSpan.FromSeconds(10)));
        Assert.That(GC.GetTotalAllocatedBytes() - before, Is.LessThan(MostBytes));
        Assert.That(refused.Message, Does.StartWith("'evil.pt'").And.Contain(Cases[name].Said));
        Assert.That(refused.Message, Does.Not.Contain("\n"));
    }

    [TestCaseSource(nameof(Names))]
    public void So_does_one_in_the_old_format(string name)
    {
        byte[] pickle = Cases[name].Pickle();
        byte[] file = [.. MalformedFileTests.LegacyBegin(), .. pickle];
        var refused = Assert.Throws<WeightFileException>(() => PyTorchFile.Read(new MemoryStream(file), "'evil.pt'"))!;
        Assert.That(refused.Message, Does.StartWith("'evil.pt'"));
    }

    [Test]
    public void There_are_thirty() => Assert.That(Cases, Has.Count.GreaterThanOrEqualTo(30));

    [Test]
    public void A_pickle_without_harm_is_read()
    {
        OrderedDictionary<string,
            SafetensorsTensor> read = PyTorchFile.Read(new MemoryStream(PickleText.File(PickleText.Good())), "'good.pt'");
        Assert.That(read["a"].ToString(), Is.EqualTo("F32[3, 4]"));
    }

    private static byte[] Call(string module, string name, string argument) =>
        new PickleText().Op(0x80, 2).Global(module, name).String(argument).Op(0x85).Text("R.").Bytes;

    private static byte[] Nested(int depth)
    {
        var text = new PickleText().Op(0x80, 2);
        for (int i = 0; i < depth; i++)
            text.Text("}").Op((byte)'U', 1, (byte)'a');
        text.Text("N");
        for (int i = 0; i < depth; i++)
            text.Text("s");
        return text.Text(".").Bytes;
    }

    private static byte[] Tuples(int depth) =>
        new PickleText().Op(0x80, 2).Text(")").Op([.. Enumerable.Repeat((byte)0x85, depth)]).Text(".").Bytes;

    // Each level has the one before several times.
    private static byte[] Shared(int levels, int times)
    {
        var text = new PickleText().Op(0x80, 2).Text("}").Op((byte)'q', 0);
        for (byte level = 1; level <= levels; level++)
        {
            text.Text("}").Op((byte)'q', level).Text("(");
            for (int i = 0; i < times; i++)
                text.Int(i).Op((byte)'h', (byte)(level - 1));
            text.Text("u");
        }

        // All but the last are taken off.
        text.Op((byte)'q', 200);
        text.Text(string.Concat(Enumerable.Repeat("0", levels + 1)));
        return text.Op((byte)'h', 200).Text(".").Bytes;
    }
}
