using RnnJit.Cells;
using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Training;

namespace RnnJit.Tests.Networks;

/// <summary>Batch normalisation in plain arithmetic, in training and outside.</summary>
public class BatchNormTests
{
    private static readonly double[] X = [1, 2, 4, 9, -3, 0.5];

    [Test]
    public void Training_uses_the_batch_and_keeps_running_statistics_that_count_outside()
    {
        var net = new NetworkBuilder("Normalised");
        Value y = net.Output("y", net.BatchNorm("norm", net.Input("x", "T", "B", 1)));
        net.Output("loss", Loss.MeanSquaredError(y, net.Input("target", "T", "B", 1)));
        using var model = new Model(net, new ModelOptions { Precision = ElementType.F64 });
        using var trainer = new Trainer(model, 3, 2, new TrainerOptions { LearningRate = new ConstantRate(1e-3) });
        double mean = X.Average(), variance = X.Average(x => (x - mean) * (x - mean));
        trainer.Input("x").Set(X);
        trainer.Input("target").Set(new double[6]);

        // The loss is the mean of squares of numbers with this variance over itself + ε.
        Assert.That(trainer.Step(), Is.EqualTo(variance / (variance + 1e-5)).Within(1e-14));
        double runningMean = 0.1 * mean, runningVariance = 0.9 + (0.1 * variance);
        Assert.That(model.Parameters["norm.mean"].Read<double>()[0], Is.EqualTo(runningMean).Within(1e-14));
        Assert.That(model.Parameters["norm.variance"].Read<double>()[0], Is.EqualTo(runningVariance).Within(1e-14));

        double gain = model.Parameters["norm.gain"].Read<double>()[0], shift = model.Parameters["norm.shift"].Read<double>()[0];
        Assert.That(gain, Is.EqualTo(1 - 1e-3).Within(1e-6), "Adam's first step is the learning rate");
        double[] found = model.Run(new Dictionary<string, NdArray> { ["x"] = new([3, 2, 1], X) }).Data;
        Assert.That(found, Is.EqualTo(X.Select(x => ((x - runningMean) / Math.Sqrt(runningVariance + 1e-5) * gain) + shift)).Within(1e-14));
        using Session session = model.Open(new SessionOptions { Steps = 3, Batch = 2 });
        Assert.That(session.Program.Inputs.Select(port => port.Name),
            Is.EquivalentTo(new[] { "x", "norm.mean", "norm.variance", "norm.gain", "norm.shift" }));
    }

    [Test]
    public void Rows_that_do_not_count_change_no_statistic()
    {
        double[] counts = [1, 1, 1, 0, 1, 0];
        var builder = new NetworkBuilder("Counted");
        builder.Output("y", builder.BatchNorm("norm", builder.Input("x", "T", "B", 1), builder.Input("counts", "T", "B", 1)));
        double[] counted = [.. X.Where((_, i) => counts[i] == 1)];
        double mean = counted.Average(), variance = counted.Average(x => (x - mean) * (x - mean));
        Dictionary<string, NdArray> found = Interpreter.Run(builder.Build(), new Dictionary<string, NdArray>
        {
            ["x"] = new([3, 2, 1], X),
            ["counts"] = new([3, 2, 1], counts),
            ["training"] = NdArray.Scalar(1),
            ["norm.mean"] = new([1], [0]),
            ["norm.variance"] = new([1], [1]),
            ["norm.gain"] = new([1], [1]),
            ["norm.shift"] = new([1], [0]),
        });
        Assert.That(found["y"].Data, Is.EqualTo(X.Select((x, i) => counts[i] * (x - mean) / Math.Sqrt(variance + 1e-5))).Within(1e-14));
        Assert.That(found["norm.mean_next"].Data[0], Is.EqualTo(0.1 * mean).Within(1e-15));
    }

    // h' = tanh(γ (x w − μ) / √(σ² + ε) + γ' · 0 + b) over two rows, from h = 0: the recurrent product has no variance.
    [Test]
    public void A_cell_normalises_each_product_over_the_rows_of_a_step()
    {
        CellDefinition cell = CellTracer.Trace(typeof(Elman)).WithBatchNorm();
        Assert.That(cell.Step.Outputs.Select(output => output.Name),
            Is.EqualTo(new[] { "h", "W_mean_next", "W_variance_next", "U_mean_next", "U_variance_next" }));
        Dictionary<string, NdArray> given = cell.Step.Inputs.ToDictionary(port => port.Name,
            port => new NdArray([.. port.Type.Dims.Select(dim => dim == "B" ? 2 : dim.IsConstant ? dim.Constant : 1)], port.Name switch
            {
                "x" => [3, 7],
                "h" => [0, 0],
                "W" => [0.5],
                "b" => [0.25],
                "W_gain" => [0.1],
                _ => [1],
            }));
        Dictionary<string, NdArray> found = Interpreter.Run(cell.Step, given);
        double deviation = Math.Sqrt(1 + 1e-5);
        Assert.That(found["h"].Data,
            Is.EqualTo(new[] { Math.Tanh((0.1 * -1 / deviation) + 0.25), Math.Tanh((0.1 / deviation) + 0.25) }).Within(1e-15));
        Assert.That(found["W_mean_next"].Data, Is.EqualTo(new[] { 2.5 }));
        Assert.That(found["W_variance_next"].Data, Is.EqualTo(new[] { 1.0 }));
    }

    [Test]
    public void A_cell_and_its_input_learn_with_running_statistics()
    {
        foreach (bool overTime in new[] { false, true })
        {
            var net = new NetworkBuilder("Recurrent");
            CellDefinition cell = overTime ? CellTracer.Trace(typeof(Lstm)) : CellTracer.Trace(typeof(Lstm)).WithBatchNorm();
            Value h = net.Recurrent("layer", cell, net.Input("x", "T", "B", 1), net.Size("H", 4),
                new RecurrentOptions { NormaliseInput = overTime }).Output;
            net.Output("loss", Loss.MeanSquaredError(net.Dense("head", h, 1), net.Input("target", "T", "B", 1)));
            using var model = new Model(net);
            using var trainer = new Trainer(model, 3, 2, new TrainerOptions { LearningRate = new ConstantRate(0.02) });
            trainer.Input("x").Set(X);
            trainer.Input("target").Set(X.Select(x => x / 10).ToArray());
            double first = trainer.Step(), last = 0;
            for (int i = 0; i < 60; i++)
                last = trainer.Step();
            Assert.That(last, Is.LessThan(0.7 * first));
            string mean = overTime ? "layer.input.mean" : "layer.Wi_mean";
            Assert.That(model.Parameters[mean].Read<float>().ToArray(), Has.None.Zero);
        }
    }

    // Outside training, with gain 1 and shift 0: step t has mean 10 (t + 1), and what lies behind the second step that of the second.
    [TestCase(Direction.Forward, 10, 20, 20, 20)]
    [TestCase(Direction.Backward, 10, 10, 10, 20)]
    public void Later_steps_use_the_running_statistics_of_the_last(Direction direction, params double[] means)
    {
        foreach (bool input in new[] { true, false })
        {
            var net = new NetworkBuilder("Steps");
            CellDefinition cell = CellTracer.Trace(typeof(Elman));
            var options = new RecurrentOptions { Direction = direction, NormaliseInput = input, NormaliseSteps = input ? 2 : 0 };
            net.Output("y",
                net.Recurrent("layer", input ? cell : cell.WithBatchNorm(steps: 2), net.Input("x", "T", "B", 1), 1, options).Output);
            using var model = new Model(net, new ModelOptions { Precision = ElementType.F64 });
            string mean = input ? "layer.input.mean" : "layer.W_mean", gain = input ? "layer.input.gain" : "layer.W_gain";
            model.Parameters["layer.W"].Write<double>()[0] = 1;
            model.Parameters["layer.U"].Write<double>()[0] = 0;
            model.Parameters[gain].Write<double>()[0] = 1;
            model.Parameters[mean].Set([10, 20]);
            double[] x = [10.5, 19.5, 20.25, 20.75];
            for (int steps = 1; steps <= 4; steps += 3)
            {
                int first = direction == Direction.Forward ? 0 : 4 - steps;
                double[] found = model.Run(new Dictionary<string, NdArray> { ["x"] = new([steps, 1, 1], x[first..(first + steps)]) }).Data;
                Assert.That(found, Is.EqualTo(
                    Enumerable.Range(first, steps).Select(t => Math.Tanh((x[t] - means[t]) / Math.Sqrt(1 + 1e-5)))).Within(1e-14));
            }
        }
    }

    [Test]
    public void Statistics_of_steps_that_cannot_be_are_refused()
    {
        CellDefinition cell = CellTracer.Trace(typeof(Elman));
        var net = new NetworkBuilder("Wrong");
        Value x = net.Input("x", "T", "B", 1);
        Assert.That(() => cell.WithBatchNorm(steps: -1), Throws.TypeOf<GraphException>().With.Message.EqualTo(
            "Batch normalisation of 'Elman' has running statistics for -1 steps "
                + "(give the number of steps, or 0 for one statistic of all)"));
        Assert.That(() => net.BatchNorm("norm", net.Input("z", "T", 1), steps: 2), Throws.TypeOf<GraphException>().With.Message.EqualTo(
            "Batch normalisation 'norm' of single steps needs x: f32[T, B, X], found f32[T, 1] "
                + "(give a sequence, or leave the steps away)"));
        Assert.That(() => net.Recurrent("layer", cell, x, 1, new RecurrentOptions { NormaliseSteps = 2 }),
            Throws.TypeOf<GraphException>().With.Message.EqualTo(
            "Layer 'layer' has statistics for 2 steps but does not normalise its input (set NormaliseInput too)"));
    }
}
