using RnnJit.Cells;
using RnnJit.Data;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Training;

namespace RnnJit.Tests.Training;

/// <summary>A training over several epochs: saved after any update, measured at some, its states and its mean loss as they must
/// be.</summary>
public class ResumeAnywhereTests
{
    private const int Windows = 3, Updates = 9;

    // Loss is measured in the middle of an epoch and at its end.
    private static readonly int[] Measured = [4, 6, Updates];

    private static readonly CharacterText Text = CharacterText.From("she sells sea shells by the sea shore");

    // 27 characters for training: two streams of 13, so that an epoch is 3 windows of 4 steps or one of 12.
    private static readonly CharacterOptions Options = new()
    {
        Hidden = 3,
        Embedding = 2,
        Layers = 2,
        Batch = 2,
        Steps = 4,
        Updates = Updates,
        Validation = 0.27,
        Precision = ElementType.F64
    };

    private static CharacterTraining Start(CharacterOptions options) =>
        new(Text, CellRegistry.Find("gru"), options, new ModelOptions { Threads = 1 });

    [Test]
    public void A_run_resumed_after_any_update_ends_with_the_file_of_the_whole_run([Values("adam", "sgd", "rmsprop")] string optimiser)
    {
        using var folder = new TemporaryFolder();
        CharacterOptions options =
            Options with { Optimiser = optimiser, LearningRate = 0.05, Schedule = "plateau", Patience = 0, Decay = 0.5, Dropout = 0.25 };
        using (CharacterTraining whole = Start(options))
        {
            Assert.That(whole.UpdatesPerEpoch, Is.EqualTo(Windows));
            Continue(whole, Updates);
            whole.Save(folder.File("whole"));
        }

        byte[] wanted = File.ReadAllBytes(folder.File("whole"));
        for (int cut = 0; cut <= Updates; cut++)
        {
            using (CharacterTraining first = Start(options))
            {
                Continue(first, cut);
                first.Save(folder.File("cut"));
            }

            using CharacterTraining second = CharacterTraining.Resume(folder.File("cut"), _ => Text, new ModelOptions { Threads = 1 });
            Continue(second, Updates);
            second.Save(folder.File("resumed"));
            Assert.That(File.ReadAllBytes(folder.File("resumed")), Is.EqualTo(wanted), $"cut after update {cut}");
        }
    }

    [Test]
    public void The_mean_loss_of_a_resumed_run_counts_the_updates_before()
    {
        using var folder = new TemporaryFolder();
        var losses = new List<double>();
        using (CharacterTraining first = Start(Options))
        {
            losses.AddRange([first.Step(), first.Step()]);
            first.Save(folder.File("cut"));
        }

        using CharacterTraining second = CharacterTraining.Resume(folder.File("cut"), _ => Text);
        losses.Add(second.Step());
        Assert.That(second.Measure().Training, Is.EqualTo(losses.Average()).Within(1e-14));
        losses = [second.Step(), second.Step()];
        Assert.That(second.Measure().Training, Is.EqualTo(losses.Average()).Within(1e-14));
    }

    // The rate is so small that no parameter changes: an epoch repeats the losses of the first one, and the
    // windows of an epoch are one sequence.
    [Test]
    public void States_are_carried_within_an_epoch_and_begin_anew_with_each()
    {
        CharacterOptions still = Options with
        {
            Optimiser = "sgd",
            Momentum = 0,
            LearningRate = 1e-300,
            Schedule = "constant",
            Staggered = false,
        };
        using CharacterTraining windows = Start(still), whole = Start(still with { Steps = Windows * Options.Steps });
        double[] losses = [.. Enumerable.Range(0, Updates).Select(_ => windows.Step())];
        Assert.That(losses[3..6], Is.EqualTo(losses[..3]));
        Assert.That(losses[6..], Is.EqualTo(losses[..3]));
        Assert.That(losses[..3].Average(), Is.EqualTo(whole.Step()).Within(1e-13));
        Assert.That(losses[..3], Is.Unique);
    }

    [Test]
    public void Writing_begins_anew_each_time()
    {
        using CharacterTraining training = Start(Options);

        // Weights so large that the text depends on all that was read before.
        foreach (string name in training.Model.Model.Parameters.Keys)
            training.Model.Model.Parameters[name]
                .Set([.. training.Model.Model.Parameters[name].ToNdArray().Data.Select(value => 8 * value)]);
        string first = string.Concat(training.Model.Write(80, prompt: "she sells"));
        Assert.That(training.Model.Write(7, prompt: "sea").Count(), Is.EqualTo(7));
        Assert.That(string.Concat(training.Model.Write(80, prompt: "she sells")), Is.EqualTo(first));
        Assert.That(string.Concat(training.Model.Write(80, prompt: "she sells", seed: 2)), Is.Not.EqualTo(first));
    }

    private static void Continue(CharacterTraining training, int until)
    {
        while (training.Done < until)
        {
            training.Step();
            if (Measured.Contains(training.Done))
                training.Measure();
        }
    }
}
