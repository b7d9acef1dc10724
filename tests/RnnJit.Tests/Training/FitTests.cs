using RnnJit.Data;
using RnnJit.Networks;
using RnnJit.Tests.Networks;
using RnnJit.Training;
using static RnnJit.Tests.Training.BatchTrainingTests;

namespace RnnJit.Tests.Training;

/// <summary>The training loop: epochs, measures, an early end, the best parameters, runs that are cut and continued.</summary>
public class FitTests
{
    [Test]
    public void Loss_falls_and_each_step_and_epoch_is_reported()
    {
        using Model model = Tagger();
        using var trainer = new Trainer(model, Rate());
        var heard = new List<FitProgress>();
        FitResult result = Fit.Run(trainer, new Fixed(4), new FitOptions { Epochs = 30, Progress = new Heard(heard.Add) });
        Assert.That(result.Epochs, Has.Count.EqualTo(30));
        Assert.That(result.Epochs[^1].Loss, Is.LessThan(0.8 * result.Epochs[0].Loss));
        Assert.That(result.Epochs.Select(epoch => epoch.Measure), Is.EqualTo(result.Epochs.Select(epoch => epoch.Loss)),
            "no measure: the loss counts");
        Assert.That(heard, Has.Count.EqualTo(30 * 5));
        Assert.That(heard.Count(report => report.Measure is not null), Is.EqualTo(30));
        Assert.That(heard[2], Is.EqualTo(heard[2] with { Epoch = 1, Epochs = 30, Batch = 3, Batches = 4, Measure = null }));
        Assert.That(heard[^1].Left, Is.EqualTo(TimeSpan.Zero));
    }

    [Test]
    public void The_run_ends_early_and_keeps_the_best_parameters([Values] bool higher)
    {
        using Model model = Tagger();
        using var trainer = new Trainer(model, Rate());
        double[] measures = [3, 2, 1, 1, 5, 4, 0];
        var seen = new List<double[]>();
        FitResult result = Fit.Run(trainer, new Fixed(2), new FitOptions
        {
            Epochs = 7, Patience = 3, KeepBest = true, HigherIsBetter = higher,
            Validate = () =>
            {
                seen.Add(Parameters(model));
                return higher ? -measures[seen.Count - 1] : measures[seen.Count - 1];
            },
        });
        Assert.That((result.Best.Epoch, result.Epochs.Count, result.EndedEarly), Is.EqualTo((3, 6, true)));
        Assert.That(Parameters(model), Is.EqualTo(seen[2]));
        Assert.That(seen[5], Is.Not.EqualTo(seen[2]));
    }

    // Cut at any step, by a saved file: the run has the bits of one that was never cut.
    [TestCase(1)]
    [TestCase(4)]
    [TestCase(6)]
    [TestCase(11)]
    public void A_run_that_is_cancelled_and_resumed_ends_as_one_that_was_not(int cut)
    {
        using var folder = new TemporaryFolder();
        var options = new FitOptions { Epochs = 4, KeepBest = true, Patience = 9 };
        using Model whole = Tagger(), parted = Tagger();
        using var straight = new Trainer(whole, Rate());
        FitResult wanted = Fit.Run(straight, new Fixed(4), options with { Validate = Measure(whole) });

        using var cancel = new CancellationTokenSource();
        using (var first = new Trainer(parted, Rate()))
        {
            var heard = new Heard(_ =>
            {
                if (first.Steps == cut)
                    cancel.Cancel();
            });
            Assert.That(() => Fit.Run(first, new Fixed(4),
                options with { Progress = heard, Cancel = cancel.Token, Checkpoint = folder.File("c"), Validate = Measure(parted) }),
                Throws.InstanceOf<OperationCanceledException>());
        }

        using Trainer second = Trainer.Resume(folder.File("c"), Rate());
        FitResult found = Fit.Run(second, new Fixed(4), options with { Validate = Measure(second.Model) });
        Assert.That(found.Epochs, Is.EqualTo(wanted.Epochs));
        Assert.That(Parameters(second.Model), Is.EqualTo(Parameters(whole)));
        second.Model.Dispose();
    }

    // By somebody who knows how the digest is computed: each number alone, and a state far larger than the file.
    [TestCase("fit", 0, 1000.0)]
    [TestCase("fit", 1, 0.0)]
    [TestCase("fit", 2, double.NaN)]
    [TestCase("fit", 4, 9.0)]
    [TestCase("fit", 6, 2.0)]
    [TestCase("fit", 8, double.PositiveInfinity)]
    public void Numbers_that_no_loop_leaves_are_refused(string tensor, int at, double number)
    {
        using var folder = new TemporaryFolder();
        using Model model = Tagger();
        using (var trainer = new Trainer(model, Rate()))
            Fit.Run(trainer, new Fixed(2), new FitOptions { Epochs = 2, Checkpoint = folder.File("c") });
        Trainer.Resume(folder.File("c"), Rate()).Model.Dispose();
        ResealedFile.Change(folder.File("c"), tensor, values => values[at] = number);
        Assert.That(() => Trainer.Resume(folder.File("c"), Rate()),
            Throws.TypeOf<CheckpointException>().With.Message.Contains("that no training loop leaves behind"));
    }

    [TestCase("100000000", "but the model wants F32[100000000, 5]")]
    [TestCase("2147483647", "holds a state of 2147483647 rows that cannot be read")]
    [TestCase("0", "but the model wants F32[0, 5]")]
    [TestCase("-1", "wanted a whole number")]
    public void States_of_rows_that_the_file_does_not_hold_are_refused(string rows, string sentence)
    {
        using var folder = new TemporaryFolder();
        var options = new TrainerOptions { CarryState = true };
        using Model model = Tagger();
        using (var trainer = new Trainer(model, options))
        {
            trainer.Step(Drawn(1, 3, 2));
            trainer.Save(folder.File("c"));
        }

        ResealedFile.Add(folder.File("c"), [new("states.rows", rows)]);
        Assert.That(() => Trainer.Resume(folder.File("c"), options), Throws.TypeOf<CheckpointException>().With.Message.Contains(sentence));
    }

    // The trainer that goes on is of any shape, and has the states of the one that was bound.
    [Test]
    public void A_trainer_of_one_shape_is_resumed_with_its_states()
    {
        using var folder = new TemporaryFolder();
        var options = new TrainerOptions { CarryState = true, StepMultiple = 1 };
        using Model model = Tagger();
        using var bound = new Trainer(model, 3, 2, options);
        void Fill(Batch batch)
        {
            foreach (var (name, input) in batch.Inputs)
            {
                if (name == "x")
                    input.Reals.Span.CopyTo(bound.Input(name).Write<float>());
                else
                    input.Integers.Span.CopyTo(bound.Input(name).Write<int>());
            }
        }

        Fill(Drawn(1, 3, 2));
        bound.Step();
        bound.Save(folder.File("c"));
        Fill(Drawn(2, 3, 2));
        using Trainer resumed = Trainer.Resume(folder.File("c"), options);
        Assert.That(resumed.Step(Drawn(2, 3, 2)), Is.EqualTo(bound.Step()));
        resumed.Model.Dispose();
    }

    [Test]
    public void What_cannot_run_gets_a_sentence()
    {
        using var folder = new TemporaryFolder();
        using Model model = Tagger();
        using var trainer = new Trainer(model, Rate());
        string Message(IBatches batches, FitOptions options) => Assert.Catch(() => Fit.Run(trainer, batches, options))!.Message;
        Assert.That(Message(new Fixed(0), new FitOptions()), Is.EqualTo("There are no batches to train on (give at least one row)"));
        Assert.That(Message(new Fixed(2), new FitOptions { Epochs = 0 }), Does.StartWith("Epochs is 0"));
        Assert.That(Message(new Fixed(2), new FitOptions { Patience = 0 }), Does.StartWith("Patience is 0"));
        Assert.That(Message(new Fixed(2), new FitOptions { Validate = () => double.NaN }), Does.Contain("the measure of epoch 1 is NaN"));
        Assert.That(Message(new Fixed(2, less: 1), new FitOptions()),
            Does.Contain("batches where Count is 2 (give as many in each epoch)"));
        Assert.That(Message(new Fixed(2), new FitOptions { HigherIsBetter = true }),
            Does.Contain("the highest training loss would be the best"));
        model.Save(folder.File("model"));
        Assert.That(() => Trainer.Resume(folder.File("model")),
            Throws.TypeOf<CheckpointException>().With.Message.Contains("holds a model and no training"));
    }

    // Known before the first step: an epoch may take hours.
    [Test]
    public void A_checkpoint_that_cannot_be_written_is_refused_before_the_first_step()
    {
        using var folder = new TemporaryFolder();
        using Model model = Tagger();
        using var trainer = new Trainer(model, Rate());
        string Message(string path) =>
            Assert.Catch(() => Fit.Run(trainer, new Fixed(2), new FitOptions { Checkpoint = path }))!.Message;
        Assert.That(Message(""), Does.StartWith("Checkpoint is an empty path"));
        Assert.That(Message(Path.Combine(folder.File("none"), "c")),
            Does.Contain("cannot be written").And.Contain("create the folder first"));
        Directory.CreateDirectory(folder.File("folder"));
        Assert.That(Message(folder.File("folder")), Does.Contain("cannot be written").And.Contain("wanted a file"));
        Assert.That(trainer.Steps, Is.Zero);
    }

    [Test]
    public void Epochs_are_heard_of_one_by_one_before_the_run_returns()
    {
        using Model model = Tagger();
        using var trainer = new Trainer(model, Rate());
        var heard = new List<FitProgress>();
        FitResult result = Fit.Run(trainer, new Fixed(4), new FitOptions { Epochs = 3, Progress = FitProgress.EachEpoch(heard.Add) });
        Assert.That(heard.Select(report => (report.Epoch, report.Loss, report.Measure)),
            Is.EqualTo(result.Epochs.Select(epoch => (epoch.Epoch, epoch.Loss, (double?)epoch.Measure))));
    }

    internal static TrainerOptions Rate() => new() { LearningRate = new ConstantRate(0.05) };

    private static Func<double> Measure(Model model) => () => Math.Abs(Parameters(model)[3]);

    internal sealed class Heard(Action<FitProgress> hear) : IProgress<FitProgress>
    {
        public void Report(FitProgress value) => hear(value);
    }

    // The same batches in each epoch, of shapes of their own.
    internal sealed class Fixed(int count, int less = 0) : IBatches
    {
        public int Count => count;

        public IEnumerable<Batch> Epoch(int epoch, int from = 0) =>
            Enumerable.Range(from, count - from - less).Select(n => Drawn(n, 3 + (5 * n), 2 + n));
    }
}
