using RnnJit.Cells;
using RnnJit.Data;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Tests.Networks;
using RnnJit.Training;

namespace RnnJit.Tests.Training;

/// <summary>Numbers that are not finite are neither saved nor resumed.</summary>
public class SavePointTests
{
    // An update of this size is infinite in float32.
    private const double TooMuch = 1e39;

    private static CharacterText Text => CharacterText.From(string.Concat(Enumerable.Repeat("she sells sea shells. ", 20)));

    private static CharacterTraining Start(string optimiser = "adam", ulong seed = 1, double rate = 0.01, string schedule = "constant") =>
        new(Text, CellRegistry.Find("elman"), new CharacterOptions
        {
            Hidden = 3,
            Embedding = 2,
            Layers = 1,
            Batch = 2,
            Steps = 4,
            Updates = 8,
            Optimiser = optimiser,
            Seed = seed,
            LearningRate = rate,
            Schedule = schedule,
        }, new ModelOptions { Threads = 1 });

    [Test]
    public void Fifty_divergences_at_save_points_leave_the_old_file_byte_for_byte()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("m.safetensors");
        int diverged = 0;
        for (ulong seed = 1; diverged < 50; seed++)
        {
            foreach (string optimiser in OptimiserChoice.Names)
            {
                using (CharacterTraining good = Start(optimiser, seed))
                    good.Save(path);
                byte[] before = File.ReadAllBytes(path);
                using CharacterTraining bad = Start(optimiser, seed, TooMuch);
                bad.Step();
                Assert.That(() => bad.Save(path), Throws.TypeOf<DivergenceException>().With.Message.Match(
                    @"^Training stopped after step 1: tensor '.+' \[.*\] holds (NaN|-?Infinity) at \[.*\], "
                        + @"so '.*' was not written and is as it was before \(lower the learning rate\)$"),
                    optimiser);
                Assert.That(File.ReadAllBytes(path), Is.EqualTo(before), optimiser);
                diverged++;
            }
        }

        Assert.That(folder.Names, Is.EqualTo(new[] { "m.safetensors" }));
    }

    [TestCase("layer0.")]
    [TestCase("adam.mean.")]
    [TestCase("adam.square.")]
    [TestCase("state.")]
    [TestCase("schedule")]
    public void A_file_that_is_not_finite_is_not_resumed(string tensor)
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("m.safetensors");
        using (CharacterTraining training = Start(schedule: "plateau"))
        {
            training.Step();
            training.Save(path);
        }

        string name = RnnJit.Files.SafetensorsFile.Read(path).Tensors.Keys.First(key => key.StartsWith(tensor, StringComparison.Ordinal));
        ResealedFile.Change(path, name, values => values[0] = double.PositiveInfinity);
        Assert.That(() => CharacterTraining.Resume(path, _ => Text),
            Throws.TypeOf<CheckpointException>().With.Message.Contains("wanted").And.Message.Contains("finite number"));
    }

    [Test]
    public void The_lowest_loss_of_a_plateau_may_be_infinite()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("m.safetensors");
        using (CharacterTraining training = Start(schedule: "plateau"))
        {
            training.Step();
            training.Save(path);
        }

        Assert.That(RnnJit.Files.SafetensorsFile.Read(path).Tensors["schedule"].ToDouble(), Does.Contain(double.PositiveInfinity));
        using CharacterTraining resumed = CharacterTraining.Resume(path, _ => Text);
        Assert.That(resumed.Done, Is.EqualTo(1));
    }
}
