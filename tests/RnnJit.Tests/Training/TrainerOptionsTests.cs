using RnnJit.Cells;
using RnnJit.Data;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Training;
using static RnnJit.Tests.Training.BatchTrainingTests;

namespace RnnJit.Tests.Training;

/// <summary>Options that would train wrongly are refused, and those that do not fit a file that is resumed.</summary>
public class TrainerOptionsTests
{
    [TestCase(-1)]
    [TestCase(0)]
    [TestCase(double.NaN)]
    [TestCase(double.PositiveInfinity)]
    public void A_clipping_norm_is_positive_and_finite(double norm) =>
        Assert.That(() => Make(new TrainerOptions { ClipNorm = norm }),
            Throws.ArgumentException.With.Message.EqualTo(
                $"ClipNorm is {Text(norm)}, wanted a positive finite number (null does not clip)"));

    [TestCase(-0.1)]
    [TestCase(double.NaN)]
    [TestCase(double.PositiveInfinity)]
    public void A_learning_rate_is_finite_and_not_negative(double rate) =>
        Assert.That(() => Make(new TrainerOptions { LearningRate = new ConstantRate(rate) }),
            Throws.ArgumentException.With.Message.EqualTo($"The learning rate of step 1 is {Text(rate)}, wanted a finite number, 0 or more "
                + "(change TrainerOptions.LearningRate)"));

    // A schedule that goes wrong later on: the step that it would spoil leaves everything as it was.
    [Test]
    public void A_rate_that_goes_wrong_stops_before_the_update([Values] bool split, [Values(-1, double.NaN)] double wrong)
    {
        using Model model = Tagger();
        using var trainer = new Trainer(model, new TrainerOptions { LearningRate = new Falling(wrong), SplitStep = split });
        trainer.Step(Drawn(1, 3, 2));
        trainer.Step(Drawn(2, 3, 2));
        double[] before = Parameters(model);
        Assert.That(() => trainer.Step(Drawn(3, 3, 2)),
            Throws.ArgumentException.With.Message.StartsWith($"The learning rate of step 3 is {Text(wrong)}, wanted"));
        Assert.That(Parameters(model), Is.EqualTo(before));
        Assert.That(trainer.Steps, Is.EqualTo(2));
    }

    [Test]
    public void A_rate_of_0_trains_nothing()
    {
        using Model model = Tagger();
        double[] before = Parameters(model);
        using var trainer = new Trainer(model, new TrainerOptions { LearningRate = new ConstantRate(0) });
        trainer.Step(Drawn(1, 3, 2));
        Assert.That(Parameters(model), Is.EqualTo(before));
    }

    [Test]
    public void Rates_that_leave_nothing_to_train_are_refused() =>
        Assert.That(() => Make(new TrainerOptions { RateOf = _ => 0 }), Throws.ArgumentException.With.Message.EqualTo(
            "RateOf gives 0 for every parameter, so that nothing is trained (give one of them more)"));

    private static readonly Optimiser[] Kinds =
    [
        new Adam(), new Adam { AmsGrad = true }, new Adam { Decoupled = true }, new Sgd(), new Sgd { Momentum = 0.9 }, new RmsProp(),
        new Adagrad(), new Adadelta(),
    ];

    [Test]
    public void A_file_is_resumed_with_its_kind_of_optimiser_only()
    {
        using var folder = new TemporaryFolder();
        using Model model = Tagger();
        foreach (Optimiser kind in Kinds)
        {
            using (var trainer = new Trainer(model, new TrainerOptions { Optimiser = kind }))
            {
                trainer.Step(Drawn(1, 3, 2));
                trainer.Save(folder.File("c"));
            }

            foreach (Optimiser other in Kinds)
            {
                void Resume()
                {
                    using Trainer resumed = Trainer.Resume(folder.File("c"), new TrainerOptions { Optimiser = other });
                    resumed.Model.Dispose();
                }

                if (ReferenceEquals(kind, other))
                    Assert.That(Resume, Throws.Nothing);
                else
                    Assert.That(Resume, Throws.TypeOf<CheckpointException>().With.Message
                        .Contains($"the optimiser '{other.Name}'").And.Message.Contains("(give the optimiser that it was trained with)"));
            }
        }
    }

    [Test]
    public void A_file_that_carries_states_is_resumed_with_them()
    {
        using var folder = new TemporaryFolder();
        using Model model = Tagger();
        using var trainer = new Trainer(model, new TrainerOptions { CarryState = true });
        trainer.Step(Drawn(1, 3, 2));
        trainer.Save(folder.File("c"));
        Assert.That(() => Trainer.Resume(folder.File("c")), Throws.TypeOf<CheckpointException>().With.Message
            .EndsWith("carries states, and CarryState is not set (set it, or call ResetState before Save)"));
        trainer.ResetState();
        trainer.Save(folder.File("c"));
        Trainer.Resume(folder.File("c")).Model.Dispose();
    }

    // Truncated back-propagation in a loop that fills inputs in place, cut after the second step.
    [Test]
    public void A_trainer_of_one_shape_is_resumed_as_one([Values] bool carry)
    {
        using var folder = new TemporaryFolder();
        var options = new TrainerOptions { CarryState = carry };
        using Model model = Tagger();
        using var whole = new Trainer(model, 3, 2, options);
        if (!carry)
            whole.State[0].Write<float>().Fill(0.5f);
        for (int step = 0; step < 2; step++)
            Fill(whole, step).Step();
        whole.Save(folder.File("c"));
        using Trainer resumed = Trainer.Resume(folder.File("c"), 3, 2, options);
        resumed.Save(folder.File("again"));
        Assert.That(File.ReadAllBytes(folder.File("again")), Is.EqualTo(File.ReadAllBytes(folder.File("c"))));
        for (int step = 2; step < 5; step++)
            Assert.That(Fill(resumed, step).Step(), Is.EqualTo(Fill(whole, step).Step()));
        Assert.That(Parameters(resumed.Model), Is.EqualTo(Parameters(model)));
        resumed.Model.Dispose();
        if (carry)
        {
            Assert.That(() => Trainer.Resume(folder.File("c"), 3, 4, options), Throws.TypeOf<CheckpointException>().With.Message
                .EndsWith("carries states of 2 rows, and the trainer is made for 4 (give it as many rows)"));
        }
    }

    [Test]
    public void A_trainer_of_one_shape_goes_on_from_a_file_without_states()
    {
        using var folder = new TemporaryFolder();
        using Model model = Tagger();
        using var trainer = new Trainer(model, new TrainerOptions { StepMultiple = 1 });
        trainer.Step(Drawn(1, 3, 2));
        trainer.Save(folder.File("c"));
        using Trainer resumed = Trainer.Resume(folder.File("c"), 3, 2);
        Assert.That(Fill(resumed, 2).Step(), Is.EqualTo(trainer.Step(Drawn(2, 3, 2))));
        resumed.Model.Dispose();
    }

    [Test]
    public void A_batch_of_which_no_target_counts_is_named()
    {
        var net = new NetworkBuilder("Tags");
        Value y = net.Dense("head", net.Input("x", "T", "B", 2), 3);
        net.Output("loss", Loss.CrossEntropy(y, net.Indices("tags", "T", "B"), new CrossEntropyOptions { IgnoreIndex = -1 }));
        using var model = new Model(net);
        using var trainer = new Trainer(model);
        Batch Tagged(int tag) => new(2, new Dictionary<string, BatchInput>
        {
            ["x"] = BatchInput.Of(new float[4], 1, 2, 2), ["tags"] = BatchInput.Of(new[] { -1, tag }, 1, 2),
        });
        Assert.That(() => trainer.Step(Tagged(-1)), Throws.TypeOf<DivergenceException>().With.Message.EqualTo(
            "Training stopped at step 1: the loss is NaN, first in 'div' by 0 (a mean over nothing, as where no target of a batch counts: "
                + "give the batch one that does, or leave it out)"));
        Assert.That(trainer.Step(Tagged(1)), Is.EqualTo(Math.Log(3)).Within(1e-6));
    }

    private static string Text(double number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static void Make(TrainerOptions options)
    {
        using Model model = Tagger();
        using var trainer = new Trainer(model, options);
    }

    private static Trainer Fill(Trainer trainer, int seed)
    {
        foreach (var (name, input) in Drawn(seed, 3, 2).Inputs)
        {
            if (name == "x")
                input.Reals.Span.CopyTo(trainer.Input(name).Write<float>());
            else
                input.Integers.Span.CopyTo(trainer.Input(name).Write<int>());
        }

        return trainer;
    }

    private sealed class Falling(double wrong) : ILearningRate
    {
        public double At(int step) => step < 2 ? 0.1 : wrong;
    }
}
