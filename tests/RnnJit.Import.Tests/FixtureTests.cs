using System.Text.Json;
using RnnJit.Files;
using RnnJit.Ir;
using RnnJit.Networks;

namespace RnnJit.Import.Tests;

/// <summary>Files that torch 1.13 and numpy 1.24 wrote (Fixtures/make_fixtures.py), against results of torch.</summary>
public class FixtureTests
{
    internal static string File(string name) => Path.Combine(TestContext.CurrentContext.TestDirectory, "Fixtures", name);

    [TestCase("lstm_proj_bi_l2")]
    [TestCase("lstm_legacy_l2")]
    [TestCase("lstm_views")]
    [TestCase("gru_f64_bi")]
    [TestCase("gru_checkpoint", "state_dict.")]
    [TestCase("rnn_relu_nobias_l3")]
    public void A_state_dict_of_torch_gives_torchs_results(string name, string prefix = "")
    {
        using Model model = Model.FromPyTorch(PyTorchFile.Read(File(name + ".pt")),
            new PyTorchOptions { Prefix = prefix, Nonlinearity = name.Contains("relu") ? Nonlinearity.Relu : Nonlinearity.Tanh });
        bool isDouble = name.Contains("f64", StringComparison.Ordinal);
        Assert.That(model.Options.Precision, Is.EqualTo(isDouble ? ElementType.F64 : ElementType.F32));
        Dictionary<string, NdArray> found = ModelRun.Of(model, Read(name, "x"));
        foreach (var (result, value) in found)
            Assert.That(ModelRun.Difference(value, Read(name, result)), Is.LessThanOrEqualTo(isDouble ? 1e-12 : 1e-6), result);
    }

    [TestCase("keras_lstm")]
    [TestCase("keras_gru_bi")]
    public void Weights_in_Keras_layout_give_the_same_results(string name)
    {
        using Model model = Model.FromKeras(File(name + ".npz"), new KerasOptions { BatchFirst = false });
        Dictionary<string, NdArray> found = ModelRun.Of(model, Read(name, "x"));
        Assert.That(ModelRun.Difference(found["y"], Read(name, "y")), Is.LessThanOrEqualTo(1e-6));
    }

    [TestCase("lstm_proj_bi_l2")]
    [TestCase("lstm_legacy_l2")]
    [TestCase("lstm_views")]
    [TestCase("gru_f64_bi")]
    [TestCase("rnn_relu_nobias_l3")]
    public void A_state_dict_of_torch_comes_out_bit_for_bit(string name)
    {
        OrderedDictionary<string, SafetensorsTensor> given = PyTorchFile.Read(File(name + ".pt"));
        using Model model = Model.FromPyTorch(given);
        Assert.That(model.ToPyTorch().Select(pair => pair.Key), Is.EqualTo(given.Keys));
        Weight.AssertEqual(model.ToPyTorch().ToDictionary(), given);
    }

    [TestCase("keras_lstm", "lstm/kernel")]
    [TestCase("keras_gru_bi", "bidirectional/backward_layer/bias")]
    public void Weights_of_Keras_come_out_bit_for_bit(string name, string among)
    {
        using var folder = new TemporaryFolder();
        using Model model = Model.FromKeras(File(name + ".npz"));
        foreach (string file in new[] { folder.File("out.npz"), folder.File("out.safetensors") })
        {
            model.ToKeras(file);
            IReadOnlyDictionary<string, SafetensorsTensor> written = WeightFile.Read(file);
            Assert.That(written.Keys, Does.Contain(among));
            byte[][] found =
                [.. written.Values.Select(tensor => tensor.Bytes.ToArray()).OrderBy(Convert.ToHexString, StringComparer.Ordinal)];
            byte[][] given =
                [.. NpzFile.Read(File(name + ".npz")).Values.Select(tensor => tensor.Bytes.ToArray())
                    .OrderBy(Convert.ToHexString, StringComparer.Ordinal)];
            Assert.That(found, Is.EqualTo(given));
            using Model again = Model.FromKeras(file);
            Weight.AssertEqual(again.ToKeras().ToDictionary(), written);
        }
    }

    private static NdArray Read(string name, string tensor)
    {
        using var document = JsonDocument.Parse(System.IO.File.ReadAllText(File(name + ".json")));
        JsonElement found = document.RootElement.GetProperty(tensor);
        return new NdArray([.. found.GetProperty("shape").EnumerateArray().Select(extent => extent.GetInt32())],
            [.. found.GetProperty("data").EnumerateArray().Select(number => number.GetDouble())]);
    }
}
