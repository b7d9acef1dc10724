using RnnJit.Networks;
using RnnJit.Tests.Networks;
using RnnJit.Training;
using static RnnJit.Tests.Training.BatchTrainingTests;
using static RnnJit.Tests.Training.FitTests;

namespace RnnJit.Tests.Training;

/// <summary>Runs one after another on a trainer, steps of one's own beside them, and the best parameters of runs that go on.</summary>
public class FitContinuedTests
{
    // The first epoch is the best one, and every later one is worse.
    private static readonly FitOptions Best = new() { Epochs = 3, KeepBest = true };

    [Test]
    public void A_second_run_trains_as_many_epochs_as_it_is_asked_for([Values(3, 4)] int batches)
    {
        using Model model = Tagger();
        using var trainer = new Trainer(model, Rate());
        Fit.Run(trainer, new Fixed(4), new FitOptions { Epochs = 6 });
        FitResult second = Fit.Run(trainer, new Fixed(batches), new FitOptions { Epochs = 2 });
        Assert.That((second.Epochs.Count, trainer.Steps), Is.EqualTo((2, 24 + (2 * batches))));
        Assert.That(second.Epochs.Select(epoch => epoch.Epoch), Is.EqualTo(new[] { 1, 2 }));
    }

    [Test]
    public void A_run_that_ended_goes_on_where_that_is_asked_for()
    {
        using Model whole = Tagger(), parted = Tagger();
        using var straight = new Trainer(whole, Rate());
        using var trainer = new Trainer(parted, Rate());
        FitResult wanted = Fit.Run(straight, new Fixed(4), new FitOptions { Epochs = 5, Continue = true });
        Fit.Run(trainer, new Fixed(4), new FitOptions { Epochs = 2 });
        FitResult found = Fit.Run(trainer, new Fixed(4), new FitOptions { Epochs = 5, Continue = true });
        Assert.That(found.Epochs, Is.EqualTo(wanted.Epochs));
        Assert.That(Parameters(parted), Is.EqualTo(Parameters(whole)));
    }

    // Steps of one's own between runs, and in the measure, are no steps of the loop.
    [Test]
    public void Steps_of_ones_own_do_not_count()
    {
        using var folder = new TemporaryFolder();
        using Model model = Tagger();
        using var trainer = new Trainer(model, Rate());
        var options = new FitOptions { Epochs = 3, Validate = () => trainer.Step(Drawn(9, 3, 2)), Checkpoint = folder.File("c") };
        FitResult result = Fit.Run(trainer, new Fixed(4), options);
        Assert.That(trainer.Steps, Is.EqualTo(3 * 5));
        for (int step = 0; step < 30; step++)
            trainer.Step(Drawn(9, 3, 2));
        FitResult more = Fit.Run(trainer, new Fixed(4), options with { Epochs = 4, Continue = true });
        Assert.That(trainer.Steps, Is.EqualTo((4 * 5) + 30));
        Assert.That(more.Epochs.Take(3), Is.EqualTo(result.Epochs));
        Assert.That(more.Epochs[3].Loss, Is.Positive);
        using Trainer resumed = Trainer.Resume(folder.File("c"), Rate());
        Assert.That(Fit.Run(resumed, new Fixed(4), new FitOptions { Epochs = 4 }).Epochs, Is.EqualTo(more.Epochs));
        resumed.Model.Dispose();
    }

    // The model is put back to the best parameters, and still the run goes on from its last step.
    [Test]
    public void A_run_that_kept_its_best_goes_on_with_the_bits_of_one_that_was_not_cut([Values] bool saved)
    {
        using var folder = new TemporaryFolder();
        using Model whole = Tagger(), parted = Tagger();
        using var straight = new Trainer(whole, Rate());
        FitResult wanted = Fit.Run(straight, new Fixed(4), Best with { Epochs = 6, Validate = () => straight.Steps });
        double[] best = Parameters(whole);

        using var first = new Trainer(parted, Rate());
        Fit.Run(first, new Fixed(4), Best with { Validate = () => first.Steps });
        Assert.That(Parameters(parted), Is.EqualTo(best));
        first.Save(folder.File("c"));
        Trainer second = saved ? Trainer.Resume(folder.File("c"), Rate()) : first;
        Assert.That(Parameters(second.Model), Is.EqualTo(best), "the file is of the model as it was");
        FitResult found = Fit.Run(second, new Fixed(4), Best with { Epochs = 6, Continue = true, Validate = () => second.Steps });
        Assert.That(found.Epochs, Is.EqualTo(wanted.Epochs));
        Assert.That(Parameters(second.Model), Is.EqualTo(best));

        // The last parameters of both are equal too: a run that keeps no best shows them.
        FitResult more = Fit.Run(second, new Fixed(4), new FitOptions { Epochs = 7, Continue = true });
        FitResult moreWanted = Fit.Run(straight, new Fixed(4), new FitOptions { Epochs = 7, Continue = true });
        Assert.That(more.Epochs, Is.EqualTo(moreWanted.Epochs));
        Assert.That(Parameters(second.Model), Is.EqualTo(Parameters(whole)).And.Not.EqualTo(best));
        if (saved)
        {
            second.Dispose();
            second.Model.Dispose();
        }
    }

    [Test]
    public void Steps_after_a_run_begin_with_the_best_parameters_and_a_file_of_them_holds_no_last_ones()
    {
        using var folder = new TemporaryFolder();
        using Model model = Tagger();
        using var trainer = new Trainer(model, Rate());
        Fit.Run(trainer, new Fixed(4), Best with { Validate = () => trainer.Steps });
        double[] best = Parameters(model);
        trainer.Save(folder.File("before"));
        trainer.Step(Drawn(1, 3, 2));
        double[] stepped = Parameters(model);
        using Trainer resumed = Trainer.Resume(folder.File("before"), Rate());
        resumed.Step(Drawn(1, 3, 2));
        Assert.That(Parameters(resumed.Model), Is.EqualTo(stepped).And.Not.EqualTo(best));
        resumed.Save(folder.File("after"));
        Assert.That(RnnJit.Files.SafetensorsFile.Read(folder.File("before")).Tensors.Keys, Has.Some.StartsWith("fit.last."));
        Assert.That(RnnJit.Files.SafetensorsFile.Read(folder.File("after")).Tensors.Keys, Has.None.StartsWith("fit.last."));
        resumed.Model.Dispose();
    }

    [Test]
    public void A_checkpoint_holds_the_last_parameters_and_the_best_beside_them()
    {
        using var folder = new TemporaryFolder();
        using Model model = Tagger();
        using var trainer = new Trainer(model, Rate());
        double[] last = [];
        Fit.Run(trainer, new Fixed(4), Best with
        {
            Checkpoint = folder.File("c"),
            Validate = () =>
            {
                last = Parameters(model);
                return trainer.Steps;
            },
        });
        using Model loaded = Model.Load(folder.File("c")), best = Model.Load(folder.File("c"), best: true);
        Assert.That(Parameters(loaded), Is.EqualTo(last));
        Assert.That(Parameters(best), Is.EqualTo(Parameters(model)).And.Not.EqualTo(last));
        model.Save(folder.File("model"));
        Assert.That(() => Model.Load(folder.File("model"), best: true),
            Throws.TypeOf<CheckpointException>().With.Message.Contains("holds no parameters of a best epoch"));
    }

    // Cancelled or diverged in the third epoch: the model has the best parameters, and the run goes on from its last step.
    [Test]
    public void A_run_that_is_cut_ends_with_the_best_parameters_too([Values] bool cancelled)
    {
        using Model whole = Tagger(), parted = Tagger();
        using var straight = new Trainer(whole, Rate());
        FitResult wanted = Fit.Run(straight, new Fixed(4), Best with { Epochs = 4, Validate = () => straight.Steps });

        using var cancel = new CancellationTokenSource();
        using var trainer = new Trainer(parted, Rate());
        int measures = 0;
        FitOptions options = Best with { Epochs = 4, Validate = () => ++measures == 3 && !cancelled ? double.NaN : trainer.Steps };
        var heard = new Heard(_ =>
        {
            if (cancelled && trainer.Steps == 10)
                cancel.Cancel();
        });
        Assert.That(() => Fit.Run(trainer, new Fixed(4), options with { Progress = heard, Cancel = cancel.Token }),
            cancelled ? Throws.InstanceOf<OperationCanceledException>() : Throws.TypeOf<DivergenceException>());
        Assert.That(Parameters(parted), Is.EqualTo(Parameters(whole)));
        FitResult found = Fit.Run(trainer, new Fixed(4), options);
        Assert.That(found.Epochs, Is.EqualTo(wanted.Epochs));
        Assert.That(Parameters(parted), Is.EqualTo(Parameters(whole)));
    }

    // A better epoch whose parameters were not kept makes those of an earlier one worthless.
    [Test]
    public void Best_parameters_are_those_of_the_best_epoch_or_none()
    {
        using var folder = new TemporaryFolder();
        using Model model = Tagger();
        using var trainer = new Trainer(model, Rate());
        FitOptions options = Best with { Continue = true, Validate = () => -trainer.Steps };
        Fit.Run(trainer, new Fixed(4), options);
        Fit.Run(trainer, new Fixed(4), options with { Epochs = 4, KeepBest = false, Checkpoint = folder.File("c") });
        Assert.That(() => Model.Load(folder.File("c"), best: true), Throws.TypeOf<CheckpointException>());
        using Trainer resumed = Trainer.Resume(folder.File("c"), Rate());
        Assert.That(() => Fit.Run(resumed, new Fixed(4), options with { Epochs = 5 }), Throws.ArgumentException.With.Message.EqualTo(
            "The run that goes on did not keep the parameters of its best epoch, 4 (leave KeepBest away, or set Continue to false to begin "
                + "a run of its own)"));
        resumed.Model.Dispose();
    }

    [Test]
    public void A_resumed_run_wants_its_batches_and_its_epochs()
    {
        using var folder = new TemporaryFolder();
        using Model model = Tagger();
        using (var trainer = new Trainer(model, Rate()))
            Fit.Run(trainer, new Fixed(4), new FitOptions { Epochs = 3, Checkpoint = folder.File("c") });
        using Trainer resumed = Trainer.Resume(folder.File("c"), Rate());
        Assert.That(() => Fit.Run(resumed, new Fixed(5), new FitOptions()),
            Throws.ArgumentException.With.Message.StartsWith(
                "The run that goes on has 4 batches in an epoch and is given 5 (give the same"));
        Assert.That(() => Fit.Run(resumed, new Fixed(4), new FitOptions { Epochs = 2 }),
            Throws.ArgumentException.With.Message.Contains("has made 3 epochs and 0 batches, and Epochs, which counts them too, is 2"));
        Assert.That(Fit.Run(resumed, new Fixed(4), new FitOptions { Epochs = 3 }).Epochs, Has.Count.EqualTo(3));
        Assert.That(resumed.Steps, Is.EqualTo(12), "nothing was left to do");
        Assert.That(Fit.Run(resumed, new Fixed(5), new FitOptions { Epochs = 1, Continue = false }).Epochs, Has.Count.EqualTo(1));
        Assert.That(resumed.Steps, Is.EqualTo(17));
        resumed.Model.Dispose();
    }

    [TestCase(3, 5.0)]
    [TestCase(5, 2.0)]
    public void Numbers_of_a_loop_that_cannot_be_are_refused(int at, double number)
    {
        using var folder = new TemporaryFolder();
        using Model model = Tagger();
        using (var trainer = new Trainer(model, Rate()))
            Fit.Run(trainer, new Fixed(4), new FitOptions { Epochs = 2, Checkpoint = folder.File("c") });
        ResealedFile.Change(folder.File("c"), "fit", values => values[at] = number);
        Assert.That(() => Trainer.Resume(folder.File("c"), Rate()),
            Throws.TypeOf<CheckpointException>().With.Message.Contains("that no training loop leaves behind"));
    }
}
