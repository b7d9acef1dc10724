using RnnJit.Files;
using RnnJit.Ir;
using RnnJit.Networks;

namespace RnnJit.Import.Tests;

/// <summary>Networks of torch 1.13: their state dicts as safetensors and as torch.save wrote them, against their own results.</summary>
public class TorchOnnxTests
{
    private const double Tolerance = 1e-6;

    private static readonly string[] Plain =
    [
        "gru_bi_l2_states", "gru_nobias_bf", "gru_packed_bi", "gru_plain", "lstm_bi_l2", "lstm_bi_l2_states_bf", "lstm_nobias",
        "lstm_opset11",
        "lstm_opset9_states", "lstm_packed", "lstm_plain", "lstm_states", "rnn_relu_bi_l2", "rnn_tanh_plain",
    ];

    private static readonly string[] All = [.. Plain, "embed_bilstm_classifier", "lstm_dynamic_head"];

    private static string Folder(string name) => Path.Combine(ReferenceData.Folder, "torch-onnx", name);

    private static NdArray Data(string name, string kind, int number) =>
        TensorProto.Read(Path.Combine(Folder(name), "test_data_set_0", $"{kind}_{number}.pb"));

    [Test]
    public void A_network_gives_what_it_gives_in_PyTorch([ValueSource(nameof(Plain))] string name,
        [Values("safetensors", "pt")] string format)
    {
        var options = new PyTorchOptions
        {
            BatchFirst = name.EndsWith("_bf", StringComparison.Ordinal),
            Lengths = name.Contains("packed", StringComparison.Ordinal),
            Nonlinearity = name.Contains("relu", StringComparison.Ordinal) ? Nonlinearity.Relu : Nonlinearity.Tanh,
        };
        using Model model = Read(name, format, options);
        NdArray[] states = name.Contains("states", StringComparison.Ordinal)
            ? [.. Enumerable.Range(1, name.StartsWith("lstm", StringComparison.Ordinal) ? 2 : 1).Select(i => Data(name, "input", i))]
            : [];
        Dictionary<string, NdArray> found =
            ModelRun.Of(model, Data(name, "input", 0), options.BatchFirst, options.Lengths ? Data(name, "input", 1) : null, states);
        string[] results = name.StartsWith("lstm", StringComparison.Ordinal) ? ["y", "hn", "cn"] : ["y", "hn"];
        Assert.That(found.Keys, Is.EquivalentTo(results));
        for (int i = 0; i < results.Length; i++)
            Assert.That(ModelRun.Difference(found[results[i]], Data(name, "output", i)), Is.LessThanOrEqualTo(Tolerance), results[i]);
    }

    [Test]
    public void An_embedding_and_a_head_are_read_by_their_shapes([Values("safetensors", "pt")] string format)
    {
        const string Name = "embed_bilstm_classifier";
        using Model model = Read(Name, format, new PyTorchOptions { BatchFirst = true, LastStep = true });
        NdArray y = model.Run(new Dictionary<string, NdArray> { ["x"] = Data(Name, "input", 0) });
        Assert.That(ModelRun.Difference(y, Data(Name, "output", 0)), Is.LessThanOrEqualTo(Tolerance));
    }

    [Test]
    public void Weights_are_read_into_a_network_of_ones_own([Values("safetensors", "pt")] string format)
    {
        const string Name = "lstm_dynamic_head";
        var net = new NetworkBuilder("Tagger");
        Value x = net.SwapBatchAndTime(net.Input("x", "B", "T", 3));
        Value logits = net.Dense("head", net.Recurrent("rnn", Cells.CellRegistry.Find(typeof(Cells.Lstm)), x, net.Size("H", 4)), 3);
        net.Output("y", net.SwapBatchAndTime(logits - Rnn.LogSumExp(logits)));
        using var model = new Model(net);
        model.ReadPyTorch(Weights(Name, format));
        NdArray y = model.Run(new Dictionary<string, NdArray> { ["x"] = Data(Name, "input", 0) });
        Assert.That(ModelRun.Difference(y, Data(Name, "output", 0)), Is.LessThanOrEqualTo(Tolerance));
    }

    [Test]
    public void A_state_dict_comes_out_bit_for_bit([ValueSource(nameof(All))] string name)
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("out.safetensors"), kept = folder.File("model.safetensors");
        IReadOnlyDictionary<string, SafetensorsTensor> given = Weights(name, "safetensors");
        using (Model model = Model.FromPyTorch(given))
        {
            model.ToPyTorch(path);
            model.Save(kept);
        }

        Weight.AssertEqual(SafetensorsFile.Read(path).Tensors, given);
        using Model again = Model.Load(kept);
        Weight.AssertEqual(again.ToPyTorch().ToDictionary(), given);
    }

    [Test]
    public void Both_formats_hold_the_same_numbers([ValueSource(nameof(All))] string name) =>
        Weight.AssertEqual(Weights(name, "pt"), Weights(name, "safetensors"));

    [Test]
    public void The_old_format_is_read()
    {
        using Model model = Model.FromPyTorch(PyTorchFile.Read(Folder("legacy.pt")));
        Assert.That(model.ParameterCount, Is.Positive);
    }

    [Test]
    public void A_file_that_would_run_a_command_is_refused_by_name()
    {
        string evil = Folder("evil.pt");
        var refused = Assert.Throws<WeightFileException>(() => PyTorchFile.Read(evil))!;
        Assert.That(refused.Message, Does.Contain("refused and was not called").And.Contain("state_dict"));
    }

    private static Model Read(string name, string format, PyTorchOptions options) => format == "pt"
        ? Model.FromPyTorch(PyTorchFile.Read(Path.Combine(Folder(name), "model.pt")), options)
        : Model.FromPyTorch(Path.Combine(Folder(name), "model.safetensors"), options);

    private static IReadOnlyDictionary<string, SafetensorsTensor> Weights(string name, string format) => format == "pt"
        ? PyTorchFile.Read(Path.Combine(Folder(name), "model.pt"))
        : SafetensorsFile.Read(Path.Combine(Folder(name), "model.safetensors")).Tensors;
}
