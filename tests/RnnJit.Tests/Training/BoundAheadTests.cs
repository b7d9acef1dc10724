using RnnJit.Cells;
using RnnJit.Data;
using RnnJit.Files;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Runtime;
using RnnJit.Training;

namespace RnnJit.Tests.Training;

/// <summary>
/// A trainer of batches of any shape that is bound before its first one, as truncated back-propagation through time wants it.
/// </summary>
public class BoundAheadTests
{
    private const int Steps = 4, Rows = 2, Codes = 5;

    private static readonly TrainerOptions Carried = new() { CarryState = true, LearningRate = new ConstantRate(0.02) };

    // The loop of docs/training.md, cut after any update, ends with the bits of a trainer of one shape that was not cut.
    [Test]
    public void Windows_of_a_text_are_trained_on_as_by_a_trainer_of_one_shape([Values(0, 2, 3, 7)] int cut)
    {
        const int Updates = 8;
        using var folder = new TemporaryFolder();
        SequenceBatches whole = Windows(), parted = Windows();
        using Model first = Network(), second = Network();
        using var fixedShape = new Trainer(first, Steps, Rows, Carried);
        double[] wanted = Losses(fixedShape, whole, Updates);
        Assert.That(wanted, Is.Unique);

        using var begun = new Trainer(second, Carried);
        begun.Bind(Steps, Rows);
        double[] found = Losses(begun, parted, cut);
        begun.Save(folder.File("cut"));
        using Trainer resumed = Trainer.Resume(folder.File("cut"), Carried);
        using Model last = resumed.Model;
        resumed.Bind(Steps, Rows);
        Assert.That((double[])[.. found, .. Losses(resumed, parted, Updates - cut)], Is.EqualTo(wanted));
        Assert.That(BatchTrainingTests.Parameters(last), Is.EqualTo(BatchTrainingTests.Parameters(first)));
    }

    [Test]
    public void States_that_are_set_by_name_before_the_first_step_are_carried_and_saved()
    {
        using var folder = new TemporaryFolder();
        using Model model = Network(), zero = Network();
        using Trainer trainer = new(model, Carried), plain = new(zero, Carried);
        trainer.Bind(Steps, Rows);
        plain.Bind(Steps, Rows);
        Assert.That(trainer.State.Names, Is.EqualTo(new[] { "layer.h0" }));
        trainer.State["layer.h0"].Set([1, -1, 0.5, -0.5, 0.25, -0.25]);
        trainer.Save(folder.File("before"));
        using Trainer resumed = Trainer.Resume(folder.File("before"), Carried);
        using Model last = resumed.Model;
        resumed.Bind(Steps, Rows);
        Assert.That(resumed.State["layer.h0"].ToNdArray().Data, Is.EqualTo(trainer.State["layer.h0"].ToNdArray().Data));
        double[] found = Losses(trainer, Windows(), 2);
        Assert.That(Losses(resumed, Windows(), 2), Is.EqualTo(found));
        Assert.That(found[0], Is.Not.EqualTo(Losses(plain, Windows(), 1)[0]).Within(1e-6), "the states count");
    }

    [Test]
    public void A_trainer_that_was_resumed_is_saved_with_its_states_before_it_has_a_shape()
    {
        using var folder = new TemporaryFolder();
        using Model model = Network();
        using var trainer = new Trainer(model, Carried);
        trainer.Bind(Steps, Rows);
        Losses(trainer, Windows(), 2);
        trainer.Save(folder.File("first"));
        using (Trainer resumed = Trainer.Resume(folder.File("first"), Carried))
        using (resumed.Model)
            resumed.Save(folder.File("second"));
        Assert.That(File.ReadAllBytes(folder.File("second")), Is.EqualTo(File.ReadAllBytes(folder.File("first"))));
        Assert.That(SafetensorsFile.Read(folder.File("second")).Tensors["state.layer.h0"].ToDouble(), Has.Some.Not.Zero);
    }

    [Test]
    public void Rows_stay_until_the_states_are_reset_and_steps_may_change()
    {
        using Model model = Network();
        using var trainer = new Trainer(model, Carried);
        trainer.Bind(Steps, Rows);
        Losses(trainer, Windows(), 1);
        double[] carried = trainer.State["layer.h0"].ToNdArray().Data;
        Assert.That(carried, Has.Some.Not.Zero);
        trainer.Bind(Steps + 1, Rows);
        Assert.That(trainer.State["layer.h0"].ToNdArray().Data, Is.EqualTo(carried));
        Assert.That(() => trainer.Bind(Steps, Rows + 1), Throws.InvalidOperationException.With.Message.EqualTo(
            "The batch has 3 rows where states of 2 are carried (keep the number of rows, drop a last batch that is smaller, "
            + "or call ResetState first)"));
        trainer.ResetState();
        trainer.Bind(Steps, Rows + 1);
        Assert.That(trainer.State["layer.h0"].ToNdArray().Data, Has.Length.EqualTo(9).And.All.Zero);
    }

    [Test]
    public void A_batch_of_a_shape_that_is_bound_binds_nothing()
    {
        using Model model = BatchTrainingTests.Tagger();
        using var trainer = new Trainer(model, new TrainerOptions());
        trainer.Bind(8, 2);
        Assert.That(trainer.Differentiated.OutputIndex("d_head.W"), Is.GreaterThanOrEqualTo(0));
        trainer.Step(BatchTrainingTests.Drawn(1, 3, 2));
        Assert.That(trainer.Shapes, Is.EqualTo(1), "three steps are rounded up to eight");
        trainer.Bind(3, 2);
        Assert.That(trainer.Input("x").Shape, Is.EqualTo(new[] { 3, 2, 2 }), "steps that are asked for are not");
        Assert.That(trainer.Shapes, Is.EqualTo(2));
    }

    [Test]
    public void A_shape_that_cannot_be_bound_gets_a_sentence_and_changes_nothing()
    {
        using Model model = Network();
        using var trainer = new Trainer(model, Carried);
        Assert.That(() => trainer.Bind(0, Rows), Throws.TypeOf<GraphException>().With.Property("Id").EqualTo("RNNJ202"));
        Assert.That(() => trainer.Bind(Steps, 0), Throws.TypeOf<GraphException>().With.Property("Id").EqualTo("RNNJ202"));
        Assert.That(() => trainer.Bind(Steps, -1), Throws.TypeOf<GraphException>().With.Property("Id").EqualTo("RNNJ202"));
        Assert.That(() => trainer.State, Throws.InvalidOperationException.With.Message.EndsWith(
            "has no shape before the first batch (call Step or Bind with one, "
                + "Bind with steps and batch, or give these to its constructor)"));
        trainer.Bind(Steps, Rows);
        using var fixedShape = new Trainer(model, Steps, Rows);
        Assert.That(() => fixedShape.Bind(Steps, Rows), Throws.InvalidOperationException.With.Message.Contains("was made for one shape"));
    }

    // The states were made zero for an epoch whose first step failed.
    [Test]
    public void A_character_training_whose_epoch_began_with_a_divergence_is_saved_with_its_states()
    {
        using var folder = new TemporaryFolder();
        CharacterText text = CharacterText.From("she sells sea shells by the sea shore");
        var options = new CharacterOptions
        {
            Hidden = 3,
            Embedding = 2,
            Batch = 2,
            Steps = 4,
            Updates = 9,
            Validation = 0.27,
            Staggered = false,
        };
        using var training = new CharacterTraining(text, CellRegistry.Find("gru"), options, new ModelOptions { Threads = 1 });
        while (training.Done < training.UpdatesPerEpoch)
            training.Step();
        Tensor parameter = training.Model.Model.Parameters.Values.First();
        double[] before = parameter.ToNdArray().Data;
        parameter.Write<float>().Fill(float.NaN);
        Assert.That(() => training.Step(), Throws.TypeOf<DivergenceException>());
        parameter.Set(before);
        training.Save(folder.File("m"));
        Assert.That(SafetensorsFile.Read(folder.File("m")).Tensors["state.layer0.h0"].ToDouble(), Has.Length.EqualTo(6).And.All.Zero);
        using CharacterTraining resumed = CharacterTraining.Resume(folder.File("m"), _ => text, new ModelOptions { Threads = 1 });
        Assert.That(resumed.Step(), Is.EqualTo(training.Step()));
    }

    private static double[] Losses(Trainer trainer, SequenceBatches windows, int updates)
    {
        var losses = new double[updates];
        for (int update = 0; update < updates; update++)
        {
            if (windows.EndOfEpoch)
            {
                windows.Cursor = 0;
                trainer.ResetState();
            }

            windows.Next(trainer.Input("x").Write<int>(), trainer.Input("target").Write<int>());
            losses[update] = trainer.Step();
        }

        return losses;
    }

    // Three windows an epoch.
    private static SequenceBatches Windows()
    {
        var random = new Random(3);
        return SequenceBatches.ForTraining(Enumerable.Range(0, 27).Select(_ => random.Next(Codes)).ToArray(), Rows, Steps);
    }

    private static Model Network()
    {
        var net = new NetworkBuilder("Text");
        Indices x = net.Indices("x", "T", "B"), target = net.Indices("target", "T", "B");
        Value codes = net.Embedding("codes", x, net.Size("V", Codes), net.Size("E", 2));
        Value h = net.Recurrent("layer", CellRegistry.Find(typeof(Gru)), codes, net.Size("H", 3));
        net.Output("loss", Loss.SoftmaxCrossEntropy(net.Dense("head", h, Codes), target));
        return new Model(net, new ModelOptions { Seed = 7, Threads = 1 });
    }
}
