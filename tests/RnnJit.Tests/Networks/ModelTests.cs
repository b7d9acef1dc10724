using RnnJit.Cells;
using RnnJit.Files;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Runtime;
using RnnJit.Training;

namespace RnnJit.Tests.Networks;

public class ModelTests
{
    private static Model Make(Device? backend = null, ElementType precision = ElementType.F32, ulong seed = 1, double dropout = 0)
    {
        var net = new NetworkBuilder("Test");
        Value x = net.Input("x", "T", "B", 3);
        Value h = net.Recurrent("layer0", CellRegistry.Find(typeof(Lstm)), x, net.Size("H", 5));
        Value y = net.Output("y", net.Dense("head", net.Dropout("layer0", h, dropout), 2));
        net.Output("loss", Loss.MeanSquaredError(y, net.Input("target", "T", "B", 2)));
        return new Model(net, new ModelOptions { Device = backend ?? Device.Cpu, Precision = precision, Seed = seed });
    }

    private static NdArray Data(params int[] shape)
    {
        var array = new NdArray(shape);
        for (int i = 0; i < array.Length; i++)
            array.Data[i] = Math.Sin(1.7 * i);
        return array;
    }

    [Test]
    public void Steps_give_what_the_whole_sequence_gives()
    {
        using Model model = Make();
        NdArray x = Data(6, 1, 3), whole = model.Run(new Dictionary<string, NdArray> { ["x"] = x });
        for (int t = 0; t < 6; t++)
        {
            float[] y = model.Step([.. x.At(t).Data.Select(value => (float)value)]).Read<float>().ToArray();
            Assert.That(y, Is.EqualTo(whole.At(t).Data.Select(value => (float)value)).Within(1e-6), $"step {t}");
        }

        model.ResetState();
        Assert.That(model.Step([.. x.At(0).Data.Select(value => (float)value)]).Read<float>()[0],
            Is.EqualTo((float)whole.Data[0]).Within(1e-6));
    }

    [Test]
    public void Step_allocates_nothing()
    {
        using Model model = Make();
        float[] x = [1, 2, 3];
        for (int i = 0; i < 50; i++)
            model.Step(x);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 50; i++)
            model.Step(x);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [TestCase(ElementType.F32)]
    [TestCase(ElementType.F64)]
    public void A_saved_model_is_the_same_model(ElementType precision)
    {
        using var folder = new TemporaryFolder();
        using Model model = Make(precision: precision);
        model.Save(folder.File("m.safetensors"));
        using Model loaded = Model.Load(folder.File("m.safetensors"));
        Assert.That(loaded.Program, Is.EqualTo(model.Program));
        Assert.That(loaded.Options.Precision, Is.EqualTo(precision));
        var x = new Dictionary<string, NdArray> { ["x"] = Data(4, 2, 3) };
        Assert.That(loaded.Run(x).Data, Is.EqualTo(model.Run(x).Data));
    }

    [Test]
    public void One_seed_fixes_all_parameters()
    {
        using Model a = Make(seed: 3), b = Make(seed: 3), c = Make(seed: 4);
        Assert.That(b.Parameters["layer0.Wi"].Read<float>().ToArray(), Is.EqualTo(a.Parameters["layer0.Wi"].Read<float>().ToArray()));
        Assert.That(c.Parameters["layer0.Wi"].Read<float>().ToArray(), Is.Not.EqualTo(a.Parameters["layer0.Wi"].Read<float>().ToArray()));
        Assert.That(a.Parameters["layer0.Wi"].Read<float>().ToArray(), Is.Not.EqualTo(a.Parameters["layer0.Wf"].Read<float>().ToArray()));
        Assert.That(a.Parameters["layer0.bf"].Read<float>().ToArray(), Has.All.EqualTo(1f));
        Assert.That(a.ParameterCount, Is.EqualTo(4 * ((5 * 3) + (5 * 5) + 5) + (2 * 5) + 2));
    }

    [Test]
    public void Training_in_f32_follows_the_oracle_in_f64()
    {
        double[] Losses(Device backend, ElementType precision)
        {
            using Model model = Make(backend, precision, dropout: 0.25);
            using var trainer = new Trainer(model, 5, 2, new TrainerOptions { CarryState = true, LearningRate = new ConstantRate(0.01) });
            trainer.Input("x").Set(Data(5, 2, 3).Data);
            trainer.Input("target").Set(Data(5, 2, 2).Data);
            return [.. Enumerable.Range(0, 12).Select(_ => trainer.Step())];
        }

        double[] oracle = Losses(Device.Interpreter, ElementType.F64);
        Assert.That(oracle[^1], Is.Not.EqualTo(oracle[0]).Within(1e-3));

        // Twelve updates of a loss near 1: each rounds a few hundred terms to 2^-24.
        Assert.That(Losses(Device.Cpu, ElementType.F32), Is.EqualTo(oracle).Within(1e-5));
        Assert.That(Losses(Device.Cpu, ElementType.F64), Is.EqualTo(oracle).Within(1e-12));
    }

    [TestCase(float.NaN, "NaN")]
    [TestCase(float.NegativeInfinity, "-Infinity")]
    public void A_parameter_that_is_not_finite_is_neither_saved_nor_loaded(float number, string called)
    {
        using var folder = new TemporaryFolder();
        using Model model = Make();
        string path = folder.File("m.safetensors"), name = model.Parameters.Keys.First();
        Tensor parameter = model.Parameters[name];
        model.Save(path);
        byte[] before = File.ReadAllBytes(path);

        parameter.Write<float>()[1] = number;
        string at = parameter.Shape.Count == 1 ? "[1]" : "[0, 1]",
            fault = $"tensor '{name}' [{string.Join(", ", parameter.Shape)}] holds {called} at {at}";
        Assert.That(() => model.Save(path), Throws.TypeOf<NotFiniteNumberException>().With.Message.EqualTo(fault));
        Assert.That(File.ReadAllBytes(path), Is.EqualTo(before));

        ResealedFile.Change(path, name, values => values[1] = number);
        Assert.That(() => Model.Load(path),
            Throws.TypeOf<CheckpointException>().With.Message.EqualTo($"'{path}': {fault}, wanted finite numbers (use another copy)"));
    }

    [Test]
    public void A_checkpoint_of_another_format_is_not_loaded()
    {
        using var folder = new TemporaryFolder();
        using Model model = Make();
        string path = folder.File("m.safetensors");
        model.Save(path);
        SafetensorsFile file = SafetensorsFile.Read(path);
        SafetensorsFile.Write(path, file.Tensors, new Dictionary<string, string>(file.Metadata) { ["format"] = "rnnjit 2" });
        Assert.That(() => Model.Load(path), Throws.TypeOf<CheckpointException>().With.Message.EqualTo(
            $"'{path}' is no checkpoint: its format is 'rnnjit 2', wanted 'rnnjit 1' (choose a file that rnnjit wrote)"));
    }

    [Test]
    public void A_parameter_that_16_bits_cannot_hold_is_not_saved()
    {
        using var folder = new TemporaryFolder();
        using Model model = Make();
        model.Parameters.Values.First().Write<float>()[0] = 70000;
        Assert.That(() => model.Save(folder.File("m.safetensors"), WeightStorage.Half), Throws.TypeOf<NotFiniteNumberException>());
        Assert.That(folder.Names, Is.Empty);
    }

    [Test]
    public void A_loss_that_is_not_finite_stops_and_changes_nothing()
    {
        using Model model = Make();
        string? asked = null;
        using var trainer = new Trainer(model, 5, 2, new TrainerOptions { Locate = executable => asked = executable.Program.Name });
        trainer.Input("x").Write<float>().Fill(float.NaN);
        float[] before = model.Parameters["layer0.Wi"].Read<float>().ToArray();
        var thrown = Assert.Throws<DivergenceException>(() => trainer.Step())!;
        Assert.That(thrown.Message, Does.Contain("step 1: the loss is NaN, first in Test"));
        Assert.That(thrown.Place, Is.EqualTo("Test").And.EqualTo(asked));
        Assert.That(model.Parameters["layer0.Wi"].Read<float>().ToArray(), Is.EqualTo(before));
        Assert.That(trainer.Steps, Is.Zero);
    }

    [TestCase("cpu")]
    [TestCase("scalar")]
    [TestCase("interpreter")]
    public void What_overflows_is_named_with_layer_and_time_step(string device)
    {
        var net = new NetworkBuilder("Test");
        Value x = net.Input("x", "T", "B", 3);
        Value h = net.Recurrent("layer0", CellRegistry.Find(typeof(ElmanRelu)), x, net.Size("H", 5));
        net.Output("loss", Loss.MeanSquaredError(net.Dense("head", h, 2), net.Input("target", "T", "B", 2)));
        using var model = new Model(net, new ModelOptions { Device = Device.Parse(device) });
        foreach (string name in new[] { "layer0.W", "layer0.U" })
            model.Parameters[name].Write<float>().Fill(1e11f);
        using var trainer = new Trainer(model, 6, 2);
        trainer.Input("x").Write<float>().Fill(1);

        // 1e11 · 5^t · 1e11^t leaves float32, below 3.4e38, at step 3.
        Assert.That(() => trainer.Step(),
            Throws.TypeOf<DivergenceException>().With.Message.Contains("first in 'contract' of layer0 at time step 3"));

        model.Parameters["layer0.U"].Write<float>()[3] = float.PositiveInfinity;
        Assert.That(() => trainer.Step(), Throws.TypeOf<DivergenceException>().With.Message
            .EndsWith("first in parameter 'layer0.U' [5, 5], which holds Infinity at [0, 3] (give numbers that are finite)"));
        model.Parameters["layer0.U"].Write<float>()[3] = float.NaN;
        Assert.That(() => trainer.Step(), Throws.TypeOf<DivergenceException>().With.Message
            .EndsWith("first in parameter 'layer0.U' [5, 5], which holds NaN at [0, 3] (give numbers that are finite)"));
    }

    [Test]
    public void Shapes_that_do_not_fit_are_named()
    {
        using Model model = Make();
        Assert.That(() => model.Run(new Dictionary<string, NdArray> { ["x"] = Data(4, 2, 2) }),
            Throws.TypeOf<GraphException>().With.Message.Contains("'x' has shape [4, 2, 2] but f32[T, B, 3] wants"));
        Assert.That(() => model.Run(new Dictionary<string, NdArray>()),
            Throws.TypeOf<GraphException>().With.Message.Contains("Input 'x' of 'Test' is missing"));
        Assert.That(() => model.Step([1, 2]), Throws.ArgumentException.With.Message.Contains("found 2 real numbers"));
        Assert.That(() => model.Open(new SessionOptions { Results = ["z"] }),
            Throws.TypeOf<GraphException>().With.Message.Contains("'z' is no output of 'Test'"));
    }

    // More than one piece of a file is read at a time.
    [Test]
    public void A_tensor_of_several_pieces_is_loaded_as_it_was_saved()
    {
        using var folder = new TemporaryFolder();
        var net = new NetworkBuilder("Long");
        net.Output("y", net.Dense("head", net.Input("x", "T", "B", 300), 200));
        using var model = new Model(net);
        model.Save(folder.File("m.safetensors"));
        using Model loaded = Model.Load(folder.File("m.safetensors"));
        foreach (var (name, parameter) in model.Parameters)
            Assert.That(loaded.Parameters[name].ToNdArray().Data, Is.EqualTo(parameter.ToNdArray().Data), name);
    }

    // ±1/√columns; of 4,000 draws the largest is within a hundredth of the bound, but for one chance in 10^17.
    [TestCase(4, 1000)]
    [TestCase(1000, 4)]
    public void Uniform_first_weights_are_bounded_by_the_columns(int rows, int columns)
    {
        var net = new NetworkBuilder("Uniform");
        net.Output("y", Rnn.Total(net.Parameter("w", "uniform", rows, columns)) + Rnn.Total(net.Input("x", "T", "B", 1)));
        using var model = new Model(net);
        double largest = model.Parameters["w"].ToNdArray().Data.Max(Math.Abs), bound = 1 / Math.Sqrt(columns);
        Assert.That(largest, Is.InRange(0.99 * bound, bound));
    }
}
