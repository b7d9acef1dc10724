using System.Text.Json;
using RnnJit.Files;
using RnnJit.Networks;

namespace RnnJit.Cli.Tests.Commands;

/// <summary><c>rnnjit convert</c>: what maps to what, there and back, and what it refuses.</summary>
public class ConvertTests
{
    [Test]
    public void Weights_of_PyTorch_become_a_model_and_come_back_bit_for_bit()
    {
        using var folder = new TemporaryFolder();
        byte[] given = Torch(folder, "in.safetensors");
        CommandRun run = CommandRun.Of("convert", folder.File("in.safetensors"), folder.File("m.safetensors"), "--batch-first");
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Output,
            Does.Contain("rnn.weight_ih_l0").And.Contain("[8, 3]").And.Contain("rnn.l0.Wi, rnn.l0.Wf, rnn.l0.Wg, rnn.l0.Wo"));
        Assert.That(run.Output, Does.Contain("4 tensors, 56 numbers, F32; wrote rnnjit to"));

        run = CommandRun.Of("convert", folder.File("m.safetensors"), folder.File("out.safetensors"));
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        IReadOnlyDictionary<string, SafetensorsTensor> found = SafetensorsFile.Read(folder.File("out.safetensors")).Tensors;
        foreach (var (name, tensor) in SafetensorsFile.Read(folder.File("in.safetensors")).Tensors)
            Assert.That(found[name].Bytes.ToArray(), Is.EqualTo(tensor.Bytes.ToArray()), name);
        Assert.That(File.ReadAllBytes(folder.File("in.safetensors")), Is.EqualTo(given));
    }

    [Test]
    public void Weights_of_Keras_become_a_model_and_come_back_bit_for_bit()
    {
        using var folder = new TemporaryFolder();
        Torch(folder, "in.safetensors");
        foreach (string[] line in new string[][]
        {
            ["in.safetensors", "keras.npz"], ["keras.npz", "m.safetensors"], ["m.safetensors", "again.npz"],
        })
            Assert.That(CommandRun.Of("convert", folder.File(line[0]), folder.File(line[1])).ExitCode, Is.Zero, line[1]);
        Assert.That(File.ReadAllBytes(folder.File("again.npz")), Is.EqualTo(File.ReadAllBytes(folder.File("keras.npz"))));
        Assert.That(NpzFile.Read(folder.File("keras.npz")).Keys,
            Is.EquivalentTo(new[] { "rnn.l0/kernel", "rnn.l0/recurrent_kernel", "rnn.l0/bias" }));
    }

    [Test]
    public void The_table_is_printed_as_data()
    {
        using var folder = new TemporaryFolder();
        Torch(folder, "in.safetensors");
        CommandRun run = CommandRun.Of("convert", folder.File("in.safetensors"), folder.File("m.safetensors"), "--json");
        using var json = JsonDocument.Parse(run.Output);
        Assert.That(json.RootElement.GetProperty("from").GetString(), Is.EqualTo("pytorch"));
        Assert.That(json.RootElement.GetProperty("tensors").EnumerateArray().Select(tensor => tensor.GetProperty("name").GetString()),
            Does.Contain("rnn.bias_hh_l0"));
    }

    [TestCase("--to", "rnnjut", "--to is 'rnnjut', wanted rnnjit, pytorch or keras")]
    [TestCase("--to", "pytorch", "--to pytorch would write what was read")]
    [TestCase("--nonlinearity", "gelu", "--nonlinearity is 'gelu', wanted tanh or relu")]
    [TestCase("--prefix", "none.", "has no tensor whose name begins with 'none.'")]
    public void An_option_that_does_not_fit_is_refused(string option, string value, string sentence)
    {
        using var folder = new TemporaryFolder();
        Torch(folder, "in.safetensors");
        BadInputTests.Refused(
            CommandRun.Of("convert", folder.File("in.safetensors"), folder.File("m.safetensors"), option, value), sentence);
        Assert.That(folder.Names, Is.EqualTo(new[] { "in.safetensors" }));
    }

    [Test]
    public void Options_without_meaning_are_refused()
    {
        using var folder = new TemporaryFolder();
        Torch(folder, "in.safetensors");
        CommandRun.Of("convert", folder.File("in.safetensors"), folder.File("m.safetensors"));
        CommandRun.Of("convert", folder.File("in.safetensors"), folder.File("k.npz"));
        BadInputTests.Refused(CommandRun.Of("convert", folder.File("m.safetensors"), folder.File("x.safetensors"), "--batch-first"),
            "--batch-first has no meaning with a model of RnnJit");
        BadInputTests.Refused(CommandRun.Of("convert", folder.File("k.npz"), folder.File("x.safetensors"), "--prefix", "a"),
            "--prefix has no meaning with weights of Keras");
        BadInputTests.Refused(CommandRun.Of("convert", folder.File("m.safetensors"), folder.File("x.pt")),
            "wanted a name that ends in .safetensors");
    }

    [TestCase("rnn.weight_hh_l0", "lacks tensor 'rnn.weight_hh_l0'", TestName = "missing")]
    [TestCase("rnn.bias_hh_l0", "lacks tensor 'rnn.bias_hh_l0' [8]", TestName = "missing bias")]
    public void A_tensor_that_is_missing_is_named(string name, string sentence)
    {
        using var folder = new TemporaryFolder();
        Torch(folder, "in.safetensors", tensors => tensors.Remove(name));
        BadInputTests.Refused(CommandRun.Of("convert", folder.File("in.safetensors"), folder.File("m.safetensors")),
            name == "rnn.weight_hh_l0" ? "neither weight_hh_l0 of PyTorch" : sentence);
    }

    [Test]
    public void A_tensor_too_many_or_of_another_shape_or_type_is_named()
    {
        foreach (var (change, sentence) in new (Action<Dictionary<string, SafetensorsTensor>> Change, string Sentence)[]
        {
            (tensors => tensors["conv.weight"] = SafetensorsTensor.From(new float[8], [2, 2, 2]), "has tensor 'conv.weight' F32[2, 2, 2]"),
            (tensors => tensors["rnn.bias_hh_l0"] = SafetensorsTensor.From(new float[7], [7]), "'rnn.bias_hh_l0' is [7], wanted [8]"),
            (tensors => tensors["rnn.bias_hh_l0"] = SafetensorsTensor.From(new int[8], [8]), "'rnn.bias_hh_l0' is I32[8]"),
            (tensors => tensors["rnn.bias_hh_l0"] = SafetensorsTensor.From([float.NaN, 0, 0, 0, 0, 0, 0, 0], [8]),
                "element 0 of tensor 'rnn.bias_hh_l0' is NaN"),
            (tensors => tensors["rnn.weight_hh_l0"] = SafetensorsTensor.From(new float[14], [7, 2]),
                "'rnn.weight_hh_l0' is [7, 2] for 2 units"),
        })
        {
            using var folder = new TemporaryFolder();
            Torch(folder, "in.safetensors", change);
            BadInputTests.Refused(CommandRun.Of("convert", folder.File("in.safetensors"), folder.File("m.safetensors")), sentence);
        }
    }

    private static byte[] Torch(TemporaryFolder folder, string name, Action<Dictionary<string, SafetensorsTensor>>? change = null)
    {
        float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(i => (float)Math.Sin(i + count))];
        var tensors = new Dictionary<string, SafetensorsTensor>
        {
            ["rnn.weight_ih_l0"] = SafetensorsTensor.From(Numbers(24), [8, 3]),
            ["rnn.weight_hh_l0"] = SafetensorsTensor.From(Numbers(16), [8, 2]),
            ["rnn.bias_ih_l0"] = SafetensorsTensor.From(Numbers(8), [8]),
            ["rnn.bias_hh_l0"] = SafetensorsTensor.From(Numbers(8), [8]),
        };
        change?.Invoke(tensors);
        SafetensorsFile.Write(folder.File(name), tensors);
        return File.ReadAllBytes(folder.File(name));
    }
}
