using RnnJit.Cells;
using RnnJit.Data;
using RnnJit.Kernels;
using RnnJit.Networks;
using RnnJit.Training;

namespace RnnJit.Tests.Training;

/// <summary>
/// Checkpoints in <c>Data</c> were written by an earlier version, before ops had their names of today. The wanted digests are those of
/// versions before the cells that were built in later, continued from the same files.
/// </summary>
public class EarlierCheckpointTests
{
    // libc's pow, log and cos of the machine on which the earlier version ran.
    private const string Libc = "96b8266fb453dd38";

    private static readonly Dictionary<string, (string Characters, string Labels)> Wanted = new()
    {
        [$"128 {Libc}"] = ("118dc3a08ea6382d", "11771dbe766f7647"),
        [$"256 {Libc}"] = ("1f772dd1132c1c00", "dd02a7d27c4a32e6"),
        [$"512 {Libc}"] = ("1f772dd1132c1c00", "dd02a7d27c4a32e6"),
    };

    private static (string Characters, string Labels) WantedHere => Wanted.TryGetValue(TrainingDigest.Machine, out var wanted)
        ? wanted
        : throw new IgnoreException($"There are no digests for '{TrainingDigest.Machine}'");

    // Two layers with dropout and zoneout, blocks of 3 time steps, cut after 20 of 60 updates.
    [Test]
    public void A_training_of_an_earlier_version_continues_with_its_bits()
    {
        string wanted = WantedHere.Characters;
        Assert.That(Characters(60), Is.EqualTo(wanted));
        Assert.That(Characters(59), Is.Not.EqualTo(wanted));
    }

    [Test]
    public void A_model_of_an_earlier_version_trains_with_its_bits()
    {
        string wanted = WantedHere.Labels;
        Assert.That(Labels(25), Is.EqualTo(wanted));
        Assert.That(Labels(24), Is.Not.EqualTo(wanted));
    }

    [Test]
    public void Its_Program_is_written_with_the_names_of_today()
    {
        string earlier = File.ReadAllText(Data("labels"));
        Assert.That(earlier, Does.Contain(" = atmost labels, lengths").And.Contain(" = prefix[2 : f32] labels"));

        using Model model = Model.Load(Data("labels"));
        Assert.That(model.Program.ToString(), Does.Contain(" = assert_le labels, lengths").And.Contain(" = sequence_mask[2 : f32] labels"));
        Assert.That(model.Program.ToString(), Does.Not.Contain("atmost").And.Not.Contain("prefix"));
        using var folder = new TemporaryFolder();
        model.Save(folder.File("again"));
        using Model again = Model.Load(folder.File("again"));
        Assert.That(again.Program.ToString(), Is.EqualTo(model.Program.ToString()));
    }

    private static string Data(string name) => Path.Combine(TrainingDigest.Folder, "Data", name + ".safetensors");

    private static string Characters(int updates)
    {
        CharacterText text = CharacterText.From(string.Concat(Enumerable.Repeat("she sells sea shells by the sea shore; ", 20)));
        using CharacterTraining training = CharacterTraining.Resume(Data("characters"), _ => text, new ModelOptions { Threads = 1 });
        while (training.Done < updates)
            training.Step();
        return TrainingDigest.Of(training.Model.Model);
    }

    // CTC over an LSTM whose rows have lengths. All kernels are interpreted: the built-in cells decide which kernels are compiled at build
    // time, and so the bits.
    private static string Labels(int updates)
    {
        using Model model = Model.Load(Data("labels"), new ModelOptions
        {
            Seed = 3,
            Threads = 1,
            Kernels = new KernelChain(new InterpretedKernelProvider()),
        });
        using var trainer = new Trainer(model, 7, 3,
            new TrainerOptions { Optimiser = new Adam(), LearningRate = new ConstantRate(0.01), CheckpointInterval = 3 });
        var random = new Random(5);
        for (int update = 0; update < updates; update++)
        {
            foreach (ref float number in trainer.Input("x").Write<float>())
                number = (float)random.NextDouble() - 0.5f;
            foreach (ref int length in trainer.Input("lengths").Write<int>())
                length = 4 + random.Next(4);
            foreach (ref int label in trainer.Input("target").Write<int>())
                label = random.Next(3);
            foreach (ref int count in trainer.Input("labels").Write<int>())
                count = 1 + random.Next(2);
            trainer.Step();
        }

        return TrainingDigest.Of(model);
    }
}
