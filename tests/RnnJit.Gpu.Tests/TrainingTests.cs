using RnnJit.Cells;
using RnnJit.Data;
using RnnJit.Ir;
using RnnJit.Contracts;
using RnnJit.Runtime;
using RnnJit.Training;
using static RnnJit.Gpu.Tests.Run;

namespace RnnJit.Gpu.Tests;

/// <summary>Training steps on a device, bit for bit as on this CPU with as many lanes.</summary>
public class TrainingTests
{
    private static readonly Type[] Cells = [typeof(Lstm), typeof(Gru), typeof(Leaky)];

    private static readonly Optimiser[] Optimisers =
    [
        new Adam(), new Adam { AmsGrad = true, WeightDecay = 0.1, ClipValue = 0.01 }, new Adam { Decoupled = true, WeightDecay = 0.1 },
        new Sgd { Momentum = 0.9, Nesterov = true, Dampening = 0.1 }, new Sgd(), new RmsProp { Centred = true, Momentum = 0.5 },
        new Adagrad { Start = 0.1, RateDecay = 0.01 }, new Adadelta(),
    ];

    // Dropout, lengths, clipping, Adam, checkpoints over time. The run on the device is saved and resumed, the other one is not.
    [Test]
    public void Two_hundred_updates_give_the_same_bits([ValueSource(nameof(Cells))] Type cell)
    {
        const int Updates = 200, Cut = 90;
        string file = Path.GetTempFileName();
        try
        {
            var options = new TrainerOptions { LearningRate = new ConstantRate(0.01), ClipNorm = 0.05, CheckpointInterval = 3 };
            using var cpu = new Run(Network(cell, 5), Device.Cpu, options);
            using var first = new Run(Network(cell, 5), OnDevice, options);
            using var second = new Run(Network(cell, 5), OnDevice, options);
            double[] start = cpu.Parameters;
            cpu.Train(0, Updates);
            first.Train(0, Cut);
            first.Save(file);
            second.Read(file);
            second.Train(Cut, Updates);
            Bits.AssertEqual([.. first.Numbers, .. second.Numbers], [.. cpu.Numbers], "losses and norms");
            Bits.AssertEqual(second.Parameters, cpu.Parameters, "parameters");
            Assert.That(cpu.Parameters.Zip(start).Count(pair => pair.First == pair.Second), Is.Zero);
            Assert.That(cpu.Numbers.Where((_, i) => i % 2 == 1), Has.Some.GreaterThan(0.05), "norms that are clipped");
        }
        finally
        {
            File.Delete(file);
        }
    }

    // The squares fill several blocks, and most tensors end within 64 bytes.
    [Test]
    public void Every_optimiser_gives_the_same_bits([ValueSource(nameof(Optimisers))] Optimiser optimiser,
        [Values(ElementType.F32, ElementType.F64)] ElementType real)
    {
        var options = new TrainerOptions { Optimiser = optimiser, ClipNorm = 0.05, CarryState = true };
        using var cpu = new Run(Network(typeof(Lstm), 37), Device.Cpu, options, real);
        using var device = new Run(Network(typeof(Lstm), 37), OnDevice, options, real);
        AssertSame(cpu, device, 0, 5);
        Assert.That(cpu.Parameters, Has.Length.GreaterThan(4096));
    }

    [Test]
    public void A_split_step_has_the_bits_of_a_whole_one([Values(ElementType.F32, ElementType.F64)] ElementType real)
    {
        var options = new TrainerOptions { CarryState = true, ClipNorm = 0.05 };
        using var whole = new Run(Network(typeof(Gru), 5), OnDevice, options, real);
        using var split = new Run(Network(typeof(Gru), 5), OnDevice, options with { SplitStep = true }, real);
        AssertSame(whole, split, 0, 20);
    }

    [Test]
    public void Gradients_of_a_split_step_may_be_changed()
    {
        var options = new TrainerOptions { Optimiser = new Sgd(), SplitStep = true };
        using var device = new Run(Network(typeof(Gru), 5), OnDevice, options);
        double[] before = device.Parameters;
        device.Fill(new Random(1));
        device.Trainer.Backward();
        Assert.That(device.Trainer.Gradients.ToNdArray().Data, Has.Some.Not.Zero);
        device.Trainer.Gradients.Clear();
        device.Trainer.Update();
        Bits.AssertEqual(device.Parameters, before, "after an update by nothing");
        device.Trainer.Backward();
        device.Trainer.Update();
        Assert.That(device.Parameters, Is.Not.EqualTo(before));
    }

    // In double precision each square is finite, the norm is not.
    [TestCase("x", double.NaN, ElementType.F32)]
    [TestCase("target", double.PositiveInfinity, ElementType.F64)]
    [TestCase("target", 1e200, ElementType.F64)]
    public void Everything_keeps_its_bits_where_loss_or_norm_is_not_finite(string input, double number, ElementType real)
    {
        var options = new TrainerOptions { CarryState = true };
        using var cpu = new Run(Network(typeof(Lstm), 5), Device.Cpu, options, real);
        using var device = new Run(Network(typeof(Lstm), 5), OnDevice, options, real);
        AssertSame(cpu, device, 0, 3);
        double[] before = device.Everything;
        string Sentence(Run run)
        {
            run.Fill(new Random(9));
            Tensor spoilt = run.Trainer.Input(input);
            spoilt.Set([.. Enumerable.Repeat(number, spoilt.Length)]);
            return Assert.Throws<DivergenceException>(() => run.Trainer.Step())!.Message;
        }

        Assert.That(Sentence(device), Is.EqualTo(Sentence(cpu)));
        Bits.AssertEqual(device.Everything, before, "after a step that diverged");
        AssertSame(cpu, device, 3, 6);
        Bits.AssertEqual(device.Everything, cpu.Everything, "all that a step replaces");
    }

    [Test]
    public void Characters_are_learnt_with_the_same_bits_and_either_resumes_the_other()
    {
        CharacterText text = CharacterText.From(string.Concat(Enumerable.Repeat("she sells sea shells by the sea shore; ", 20)));
        var options = new CharacterOptions { Hidden = 8, Embedding = 4, Layers = 2, Batch = 3, Steps = 6, Updates = 30, Dropout = 0.25 };
        string file = Path.GetTempFileName();
        try
        {
            using var cpu = new CharacterTraining(text, CellTracer.Trace(typeof(Gru)), options);
            using var first = new CharacterTraining(text, CellTracer.Trace(typeof(Gru)), options, Options(OnDevice));
            double[] wanted = Continue(cpu, 30);
            double[] found = Continue(first, 10);
            first.Save(file);
            using CharacterTraining second = CharacterTraining.Resume(file, _ => text, Options(Device.Cpu));
            found = [.. found, .. Continue(second, 20)];
            second.Save(file);
            using CharacterTraining third = CharacterTraining.Resume(file, _ => text, Options(OnDevice));
            found = [.. found, .. Continue(third, 30)];
            Bits.AssertEqual(found, wanted, "losses");
            Assert.That(third.Measure().Validation, Is.EqualTo(cpu.Measure().Validation));
            Bits.AssertEqual(Run.ParametersOf(third.Model.Model), Run.ParametersOf(cpu.Model.Model), "parameters");
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static double[] Continue(CharacterTraining training, int to)
    {
        var losses = new List<double>();
        while (training.Done < to)
            losses.Add(training.Step());
        return [.. losses];
    }

    /// <summary>A cell that no library has, with a sum over each row.</summary>
    public static class Leaky
    {
        public static Value Step(Value x, Value h, Matrix W, Matrix U, Vector b)
        {
            Value mixed = (0.5 * h) + (0.5 * Rnn.Tanh((W * x) + (U * h) + b));
            return mixed / Rnn.Sqrt(1 + Rnn.Sum(mixed * mixed));
        }
    }
}
