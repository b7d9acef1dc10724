using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Runtime;
using RnnJit.Tests.Networks.Streaming;
using RnnJit.Training;

namespace RnnJit.Tests.Networks;

public class WeightStorageTests
{
    [TestCase(WeightStorage.Half)]
    [TestCase(WeightStorage.BFloat16)]
    public void A_file_in_16_bits_is_half_as_large_and_loads(WeightStorage storage)
    {
        using var folder = new TemporaryFolder();
        using Model model = StreamSamples.Stacked();
        model.Save(folder.File("wide"));
        model.Save(folder.File("narrow"), storage);
        long saved = new FileInfo(folder.File("wide")).Length - new FileInfo(folder.File("narrow")).Length;
        Assert.That(saved, Is.InRange(1.8 * model.ParameterCount, 2.2 * model.ParameterCount), "two bytes less for each number");

        using Model loaded = Model.Load(folder.File("narrow"));
        foreach (var (name, tensor) in model.Parameters)
        {
            // Relative 2^-11 and 2^-8: half a unit in the last of 11 and 8 bits.
            double unit = storage == WeightStorage.Half ? Math.Pow(2, -11) : Math.Pow(2, -8);
            double[] wanted = tensor.ToNdArray().Data, found = loaded.Parameters[name].ToNdArray().Data;
            for (int i = 0; i < wanted.Length; i++)
                Assert.That(found[i], Is.EqualTo(wanted[i]).Within(Math.Abs(wanted[i]) * unit + Math.Pow(2, -25)), name);
        }
    }

    [Test]
    public void A_model_runs_on_stored_weights_as_on_a_file_of_them()
    {
        using var folder = new TemporaryFolder();
        using Model model = StreamSamples.Stacked();
        foreach (var (name, tensor) in model.Parameters.Where(pair => pair.Value.Shape.Count < 2))
            tensor.Clear();
        model.Save(folder.File("wide"));
        model.Save(folder.File("narrow"), WeightStorage.BFloat16);
        using Model stored = Model.Load(folder.File("wide"), new ModelOptions { Weights = WeightStorage.BFloat16 }),
            rounded = Model.Load(folder.File("narrow"));
        var x = new Dictionary<string, NdArray> { ["x"] = StreamSamples.Data(4, 2, 3) };
        Assert.That(stored.Run(x).Data, Is.EqualTo(rounded.Run(x).Data));
        Assert.That(stored.Run(x).Data, Is.Not.EqualTo(model.Run(x).Data));
    }

    [Test]
    public void Training_double_precision_and_the_interpreter_are_refused()
    {
        var net = new NetworkBuilder("Test");
        Value x = net.Input("x", "T", "B", 3);
        net.Output("loss", Loss.MeanSquaredError(net.Dense("head", x, 2), net.Input("target", "T", "B", 2)));
        using var half = new Model(net, new ModelOptions { Weights = WeightStorage.Half });
        Assert.That(() => new Trainer(half, 2, 2), Throws.ArgumentException.With.Message.Contains(
            "stores its weights as Half, which training would lose updates in (open it with Single)"));
        using var wide = new Model(net, new ModelOptions { Weights = WeightStorage.Half, Precision = ElementType.F64 });
        Assert.That(() => wide.Open(new SessionOptions()),
            Throws.ArgumentException.With.Message.Contains("Weights are stored as Half but the precision is F64"));
        using var slow = new Model(net, new ModelOptions { Weights = WeightStorage.BFloat16, Device = Device.Interpreter });
        Assert.That(() => slow.Open(new SessionOptions()),
            Throws.ArgumentException.With.Message.Contains("the device 'interpreter' keeps them as they are"));
    }
}
