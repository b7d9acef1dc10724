using System.Text.Json;
using RnnJit.Files;
using RnnJit.Import.Tests;
using RnnJit.Ir;
using RnnJit.Networks;

namespace RnnJit.Cli.Tests.Commands;

/// <summary><c>rnnjit run</c>: results beside PyTorch's, files of every kind, and what it refuses.</summary>
public class RunTests
{
    [TestCase("lstm_plain", "model.pt")]
    [TestCase("lstm_bi_l2", "model.safetensors")]
    [TestCase("gru_nobias_bf", "model.pt", "--batch-first")]
    [TestCase("rnn_relu_bi_l2", "model.safetensors", "--nonlinearity", "relu")]
    [TestCase("lstm_packed", "model.pt", "--lengths")]
    [TestCase("embed_bilstm_classifier", "model.safetensors", "--batch-first", "--last-step")]
    public void Weights_of_PyTorch_give_what_they_give_there(string name, string file, params string[] options)
    {
        using var folder = new TemporaryFolder();
        string place = Path.Combine(ReferenceData.Folder, "torch-onnx", name), data = Path.Combine(place, "test_data_set_0");
        Save(folder.File("x.npy"), TensorProto.Read(Path.Combine(data, "input_0.pb")));
        if (options is ["--lengths"])
            options = ["--lengths", string.Join(',', TensorProto.Read(Path.Combine(data, "input_1.pb")).Data)];
        CommandRun run = CommandRun.Of(
            ["run", Path.Combine(place, file), "--input", folder.File("x.npy"), "--output", folder.File("y.npy"), .. options]);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Output, Does.Contain($"wrote {folder.File("y.npy")}"));
        NdArray wanted = TensorProto.Read(Path.Combine(data, "output_0.pb"));
        SafetensorsTensor found = NpyFile.Read(folder.File("y.npy"));
        Assert.That(found.Shape, Is.EqualTo(wanted.Shape));
        Assert.That(found.ToDouble().Zip(wanted.Data, (a, b) => Math.Abs(a - b)).Max(), Is.LessThanOrEqualTo(1e-6));
    }

    [Test]
    public void A_model_runs_on_named_arrays_and_prints_what_came_out()
    {
        using var folder = new TemporaryFolder();
        string model = Model(folder), x = folder.File("x.npz");
        NpzFile.Write(x, [new("x", Tensor(4, 2, 3)), new("lengths", SafetensorsTensor.From((int[])[4, 2], [2]))]);
        CommandRun run = CommandRun.Of("run", model, "--input", x);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Output, Does.StartWith("y [4, 2, 5]: mean ").And.Contain(" …"));

        run = CommandRun.Of("run", model, "--input", x, "--json");
        using var json = JsonDocument.Parse(run.Output);
        Assert.That(json.RootElement.GetProperty("shape").EnumerateArray().Select(n => n.GetInt32()), Is.EqualTo(new[] { 4, 2, 5 }));
    }

    [Test]
    public void A_file_that_is_written_over_is_said_and_inputs_never_are()
    {
        using var folder = new TemporaryFolder();
        string model = Model(folder), x = folder.File("x.npy"), y = folder.File("y.npy");
        NpyFile.Write(x, Tensor(4, 2, 3));
        string[] line = ["run", model, "--input", x, "--lengths", "4,2", "--output"];
        Assert.That(CommandRun.Of([.. line, y]).Output, Does.Contain($"wrote {y}"));
        byte[] first = File.ReadAllBytes(y);
        Assert.That(CommandRun.Of([.. line, y]).Output, Does.Contain($"replaced {y}"));
        Assert.That(File.ReadAllBytes(y), Is.EqualTo(first));

        byte[] given = File.ReadAllBytes(x);
        Assert.That(CommandRun.Of([.. line, x]).Error, Does.Contain("are the same file (write to another one)"));
        Assert.That(File.ReadAllBytes(x), Is.EqualTo(given));
    }

    // 1e30 · 1e30 is beyond float32; −1 has no square root.
    [TestCase(1e30f, "Infinity")]
    [TestCase(-1f, "NaN")]
    [TestCase(1e15f, null)]
    public void A_result_that_is_not_finite_is_no_result(float number, string? found)
    {
        using var folder = new TemporaryFolder();
        var net = new NetworkBuilder("Power");
        Value x = net.Input("x", "T", "B", 1);
        net.Output("y", x * Rnn.Sqrt(x) * Rnn.Sqrt(x));
        using (var model = new Model(net))
            model.Save(folder.File("m.safetensors"));
        NpyFile.Write(folder.File("x.npy"), SafetensorsTensor.From([1, number], [2, 1, 1]));
        foreach (string[] options in (string[][])[["--json"], ["--output", folder.File("y.npy")]])
        {
            CommandRun run = CommandRun.Of(["run", folder.File("m.safetensors"), "--input", folder.File("x.npy"), .. options]);
            Assert.That(run.ExitCode, Is.EqualTo(found is null ? ExitCode.Success : ExitCode.Failure), run.Error);
            Assert.That(run.Error.Trim(), Is.EqualTo(found is null
                ? ""
                : $"rnnjit: 'y' holds {found} as number 1 of [2, 1, 1], wanted finite numbers, and nothing was written (scale the input; "
                    + "if it is small, look where the model divides by 0 or takes a logarithm or root of a negative number)"));
        }

        Assert.That(File.Exists(folder.File("y.npy")), Is.EqualTo(found is null));
    }

    [TestCase("rank", "'x' has shape [4, 2] but f32[T, B, 3] wants [T, B, 3] (give that shape)")]
    [TestCase("size", "'x' has shape [4, 2, 7] but f32[T, B, 3] wants [T = 4, B = 2, 3] (give that shape)")]
    [TestCase("type", "0.1")]
    [TestCase("nan", "holds NaN as number 1 of F32[4, 2, 3], wanted finite numbers (replace it)")]
    [TestCase("empty", "wanted at least one of each axis (give steps and rows)")]
    [TestCase("missing", "could not be read: ")]
    [TestCase("text", "wanted a NumPy array (it is truncated)")]
    [TestCase("unknown", "has 'z', which is no input of 'M'")]
    [TestCase("none", "Input 'x' of 'M' is missing (give f32[T, B, 3])")]
    [TestCase("lengths", "--lengths is '4,x', wanted the steps of each row, such as 5,3 (change it)")]
    [TestCase("long", "'lengths' holds 9 for row 0, wanted 0 to 4, the number of steps (correct the length or give more steps)")]
    [TestCase("output", "--output is 'y.txt', wanted a name that ends in .npy (change it)")]
    [TestCase("folder", "is a folder, wanted a file of NumPy, .npy or .npz (name the file in it)")]
    public void Bad_input_gets_a_sentence(string what, string sentence)
    {
        using var folder = new TemporaryFolder();
        string x = folder.File(what is "unknown" or "none" ? "x.npz" : "x.npy");
        if (what == "text")
            File.WriteAllText(x, "1 2 3");
        else if (what is "unknown" or "none")
            NpzFile.Write(x, what == "none" ? [] : [new("x", Tensor(4, 2, 3)), new("z", Tensor(1))]);
        else if (what == "folder")
            Directory.CreateDirectory(x);
        else if (what != "missing")
            NpyFile.Write(x, what switch
            {
                "rank" => Tensor(4, 2),
                "size" => Tensor(4, 2, 7),
                "nan" => SafetensorsTensor.From([.. Enumerable.Range(0, 24).Select(i => i == 1 ? float.NaN : i)], [4, 2, 3]),
                "type" => Tensor(4, 2),
                "empty" => Tensor(0, 2, 3),
                _ => Tensor(4, 2, 3),
            });
        string lengths = what switch { "lengths" => "4,x", "long" => "9,1", _ => "4,2" };
        CommandRun run = CommandRun.Of(["run", Model(folder, what == "type"), "--input", x, "--lengths", lengths,
            .. what == "output" ? (string[])["--output", "y.txt"] : []]);
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Usage), run.Output);
        Assert.That(run.Error.Trim(), Does.Contain(sentence).And.Not.Contain("\n"));
    }

    private static SafetensorsTensor Tensor(params long[] shape)
    {
        float[] numbers = [.. Enumerable.Range(0, (int)shape.Aggregate(1L, (a, b) => a * b)).Select(i => i / 10f)];
        return SafetensorsTensor.From(numbers, shape);
    }

    private static void Save(string path, NdArray x)
    {
        long[] shape = [.. x.Shape.Select(extent => (long)extent)];
        NpyFile.Write(path, SafetensorsTensor.From(x.Data, shape));
    }

    private static string Model(TemporaryFolder folder, bool codes = false)
    {
        var net = new NetworkBuilder("M");
        Value x = codes ? net.Embedding("embedding", net.Indices("x", "T", "B"), 7, 3) : net.Input("x", "T", "B", 3);
        net.Lengths("lengths", "B");
        net.Output("y", net.Recurrent("layer", Cells.CellRegistry.Find(typeof(Cells.Gru)), x, net.Size("H", 5)));
        using var model = new Model(net);
        model.Save(folder.File("m.safetensors"));
        return folder.File("m.safetensors");
    }
}
