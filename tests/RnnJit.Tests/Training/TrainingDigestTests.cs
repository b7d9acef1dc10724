using RnnJit.Cells;
using RnnJit.Cpu;
using RnnJit.Data;
using RnnJit.Networks;
using RnnJit.Training;

namespace RnnJit.Tests.Training;

/// <summary>
/// Two hundred updates end with the bits of an earlier commit: with dropout, lengths, clipping and checkpoints over time,
/// and with a run that is saved and resumed. Digests belong to a width of vectors and to libc's pow, log and cos.
/// RNNJIT_ACCEPT=1 adds the lines of this machine.
/// </summary>
public class TrainingDigestTests
{
    private const int Updates = 200, Cut = 90;

    private static string File => Path.Combine(TrainingDigest.Folder, "training-digests.txt");

    [Test]
    public void Two_hundred_updates_end_with_the_bits_of_before()
    {
        string machine = TrainingDigest.Machine;
        string[] found = [$"{machine} lengths {Lengths()}", $"{machine} resumed {Resumed()}"],
            known = System.IO.File.Exists(File) ? System.IO.File.ReadAllLines(File) : [];
        if (Environment.GetEnvironmentVariable("RNNJIT_ACCEPT") == "1")
        {
            string[] kept = [.. known.Where(line => !line.StartsWith(machine, StringComparison.Ordinal)), .. found];
            System.IO.File.WriteAllLines(File, kept.Order(StringComparer.Ordinal));
            return;
        }

        string[] wanted = [.. known.Where(line => line.StartsWith(machine, StringComparison.Ordinal))];
        if (wanted.Length == 0)
            Assert.Ignore($"There are no digests for vectors of {CpuWidth.Width} bits and this machine's pow, log and cos");
        Assert.That(found, Is.EqualTo(wanted));
    }

    // A negative control: one update more ends with other bits.
    [Test]
    public void The_digest_sees_one_update() => Assert.That(Lengths(Updates + 1), Is.Not.EqualTo(Lengths()));

    private static string Lengths(int updates = Updates)
    {
        const int Steps = 7, Batch = 3;
        var net = new NetworkBuilder("Digest");
        Value x = net.Input("x", "T", "B", 4);
        net.Lengths("lengths", "B");
        Value h = net.Recurrent("layer0", CellRegistry.Find(typeof(Lstm)), x, net.Size("H", 5));
        net.Output("loss", Loss.MeanSquaredError(net.Dense("head", net.Dropout("drop", h, 0.25), 2), net.Input("target", "T", "B", 2)));
        using var model = new Model(net, new ModelOptions { Seed = 3, Threads = 2 });
        using var trainer = new Trainer(model, Steps, Batch,
            new TrainerOptions { Optimiser = new Adam(), LearningRate = new ConstantRate(0.01), CheckpointInterval = 3 });
        var random = new Random(5);
        for (int update = 0; update < updates; update++)
        {
            foreach (string name in (string[])["x", "target"])
            {
                foreach (ref float number in trainer.Input(name).Write<float>())
                    number = (float)random.NextDouble() - 0.5f;
            }

            foreach (ref int length in trainer.Input("lengths").Write<int>())
                length = 1 + random.Next(Steps);
            trainer.Step();
        }

        return TrainingDigest.Of(model);
    }

    private static string Resumed()
    {
        using var folder = new TemporaryFolder();
        CharacterText text = CharacterText.From(string.Concat(Enumerable.Repeat("she sells sea shells by the sea shore; ", 20)));
        var options = new CharacterOptions
        {
            Hidden = 8,
            Embedding = 4,
            Layers = 2,
            Batch = 3,
            Steps = 6,
            Updates = Updates,
            Staggered = false,
            Dropout = 0.25,
            LearningRate = 0.01,
            Schedule = "cosine"
        };
        using (var first = new CharacterTraining(text, CellRegistry.Find("gru"), options, new ModelOptions { Threads = 2 }))
        {
            Continue(first, Cut);
            first.Save(folder.File("cut"));
        }

        using CharacterTraining second = CharacterTraining.Resume(folder.File("cut"), _ => text, new ModelOptions { Threads = 1 });
        Continue(second, Updates);
        return TrainingDigest.Of(second.Model.Model);
    }

    private static void Continue(CharacterTraining training, int to)
    {
        while (training.Done < to)
            training.Step();
    }
}
