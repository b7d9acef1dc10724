using RnnJit.Cells;
using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Passes;
using RnnJit.Randomness;
using RnnJit.Runtime;
using RnnJit.Training;

namespace RnnJit.Tests.Networks;

/// <summary>Noise: what is drawn in training, and that there is none outside.</summary>
public class NoiseTests
{
    private const int Steps = 20, Batch = 10, Units = 50, Count = Steps * Batch * Units;

    private static Model Noisy(bool gaussian)
    {
        var net = new NetworkBuilder("Noisy");
        Value x = net.Input("x", "T", "B", Units);
        Value noise = gaussian ? net.GaussianNoise("input", "T", "B", Units) : net.UniformNoise("input", "T", "B", Units);
        net.Output("y", net.Parameter("scale", "ones") * (x + (0.1 * noise)));
        net.Output("loss", Loss.MeanSquaredError(noise, net.Parameter("zero", "zeros")));
        return new Model(net);
    }

    // The noise of an update, as a compiled Program draws it and makes a Gaussian of it.
    private static double[] Drawn(bool gaussian, int update = 1, ElementType precision = ElementType.F32)
    {
        double[] uniform = DrawnMask.Of(MaskPort.Noise, new TensorType(precision, "T", "B", "H"), update);
        if (!gaussian)
            return uniform;
        var net = new NetworkBuilder("Gaussian");
        net.Output("y", net.GaussianNoise("n", "T", "B", "H"));
        using Executable executable = Executable.Create(net.Build(), new ExecutableOptions
        {
            Sizes = new Dictionary<string, int> { ["T"] = Steps, ["B"] = Batch, ["H"] = Units }, Precision = precision, Threads = 2,
        });
        executable.Input("n.noise").Set(uniform);
        executable.Run();
        return executable.Output("y").ToNdArray().Data;
    }

    // Means of n numbers within six standard deviations: √(variance / n).
    [TestCase(ElementType.F32)]
    [TestCase(ElementType.F64)]
    public void Uniform_noise_has_the_moments_and_bounds_of_its_law(ElementType precision)
    {
        double[] drawn = Drawn(gaussian: false, precision: precision);
        Assert.That(drawn, Has.Length.EqualTo(Count));
        Assert.That(drawn, Has.All.InRange(-1, 1).And.None.EqualTo(0).And.None.EqualTo(1).And.None.EqualTo(-1));
        Assert.That(drawn.Average(), Is.EqualTo(0).Within(6 * Math.Sqrt(1.0 / 3 / Count)));
        Assert.That(drawn.Average(u => u * u), Is.EqualTo(1.0 / 3).Within(6 * Math.Sqrt(4.0 / 45 / Count)));
        Assert.That(drawn.Distinct().Count(), Is.GreaterThan(Count * 0.99));
    }

    [Test]
    public void Gaussian_noise_has_the_moments_and_quantiles_of_its_law()
    {
        double[] drawn = Drawn(gaussian: true);
        Assert.That(drawn.Average(), Is.EqualTo(0).Within(6 / Math.Sqrt(Count)));
        Assert.That(drawn.Average(z => z * z), Is.EqualTo(1).Within(6 * Math.Sqrt(2.0 / Count)));
        Assert.That(drawn.Average(z => z * z * z * z), Is.EqualTo(3).Within(6 * Math.Sqrt(96.0 / Count)));
        Assert.That(drawn.Count(z => Math.Abs(z) < 1.959964), Is.EqualTo(0.95 * Count).Within(6 * Math.Sqrt(0.95 * 0.05 * Count)));
    }

    // Quantiles of the normal distribution, in both branches; u = 2 p − 1.
    [TestCase(0.5, 0)]
    [TestCase(0.75, 0.674489750196)]
    [TestCase(0.975, 1.959963984540)]
    [TestCase(0.001, -3.090232306168)]
    [TestCase(0.9999, 3.719016485456)]
    [TestCase(0.999999, 4.753424308823)]
    public void A_uniform_number_becomes_its_quantile(double p, double quantile)
    {
        var net = new NetworkBuilder("Quantile");
        net.Output("y", net.GaussianNoise("n", 1));
        var uniform = new Dictionary<string, NdArray> { ["n.noise"] = new([1], [(2 * p) - 1]) };
        Dictionary<string, NdArray> found = Interpreter.Run(net.Build(), uniform);
        Assert.That(found["y"].Data[0], Is.EqualTo(quantile).Within(1e-6 * Math.Max(1, Math.Abs(quantile))));
    }

    [Test]
    public void Outside_training_there_is_no_noise_and_no_input_of_it()
    {
        using Model model = Noisy(gaussian: true);
        using Session session = model.Open(new SessionOptions { Steps = 2 });
        Assert.That(session.Program.Inputs.Select(port => port.Name), Has.None.Contains("noise"));
        double[] x = [.. Enumerable.Range(0, 2 * Units).Select(i => (double)i)];
        session.Input("x").Set(x);
        session.Run();
        Assert.That(session.Output("y").ToNdArray().Data, Is.EqualTo(x));
        Assert.That(Pipeline.Run(session.Program).Nodes.Select(node => node.Op.Name), Is.EqualTo(new[] { "mul" }));
    }

    [Test]
    public void Noise_depends_on_the_update_and_nothing_else()
    {
        Assert.That(Drawn(gaussian: true, update: 3), Is.EqualTo(Drawn(gaussian: true, update: 3)));
        Assert.That(Drawn(gaussian: true, update: 3), Is.Not.EqualTo(Drawn(gaussian: true, update: 4)));
    }

    // The loss is the mean square of the noise: 1/3, another one at each step.
    [Test]
    public void A_trainer_draws_noise_at_each_step()
    {
        using Model model = Noisy(gaussian: false);
        using var trainer = new Trainer(model, Steps, Batch, new TrainerOptions { LearningRate = new ConstantRate(1e-9) });
        double first = trainer.Step(), second = trainer.Step();
        Assert.That(first, Is.EqualTo(1.0 / 3).Within(6 * Math.Sqrt(4.0 / 45 / Count)).And.Not.EqualTo(second));
    }

    // The noise of a cell is an input of each step [T, B, H] of the network, in training alone.
    [Test]
    public void A_cell_has_noise_of_its_own()
    {
        var net = new NetworkBuilder("Noisy");
        Value h = net.Recurrent("layer", CellTracer.Trace(typeof(NoisyState)), net.Input("x", "T", "B", 3), net.Size("H", 5));
        net.Output("y", h);
        net.Output("loss", Rnn.TotalMean(h * h));
        using var model = new Model(net);
        using var trainer = new Trainer(model, Steps, Batch, new TrainerOptions { LearningRate = new ConstantRate(1e-9) });
        Port noise = model.Program.Inputs.Single(port => port.Init == MaskPort.Noise);
        Assert.That((noise.Name, noise.Type.ToString()), Is.EqualTo(("layer.n", "f32[T, B, H]")));

        // x is 0, so is h without noise.
        double first = trainer.Step(), second = trainer.Step();
        Assert.That(first, Is.Positive.And.Not.EqualTo(second));
        NdArray outside = model.Run(new Dictionary<string, NdArray> { ["x"] = new(Steps, 1, 3) });
        Assert.That(outside.Data, Has.All.Zero);
    }

    private static class NoisyState
    {
        public static Value Step(Value x, [Init("noise")] Value n, Value h, Matrix W, Matrix U) => Rnn.Tanh((W * x) + (U * h)) + (0.1 * n);
    }

    [Test]
    public void The_words_of_the_generator_are_numbers_that_f32_holds()
    {
        Assert.That(Philox.Uniform(0), Is.EqualTo(-1 + Math.ScaleB(1, -23)));
        Assert.That(Philox.Uniform(uint.MaxValue), Is.EqualTo(1 - Math.ScaleB(1, -23)));
        Assert.That(Philox.Uniform(1u << 31), Is.EqualTo(Math.ScaleB(1, -23)));
        foreach (uint word in (uint[])[0, 511, 512, 123456789, 4000000000])
            Assert.That((double)(float)Philox.Uniform(word), Is.EqualTo(Philox.Uniform(word)));
    }
}
