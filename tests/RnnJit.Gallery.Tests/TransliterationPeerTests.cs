using System.Globalization;
using RnnJit.Data;
using RnnJit.Gallery.Systems;
using RnnJit.Ir;
using RnnJit.Jit;
using RnnJit.Networks;
using RnnJit.Training;

namespace RnnJit.Gallery.Tests;

/// <summary>
/// Losses of the transliteration network beside PyTorch 1.13.1 in double precision, from the same start and on the same batches of names of
/// different lengths; the numbers were printed by written/transliteration.py.
/// </summary>
public class TransliterationPeerTests
{
    private const int Letters = 12, Latin = 14, Rows = 8, Longest = 6;

    private static readonly double[] Wanted = Reference();

    [OneTimeSetUp]
    public void CompileKernels() => JitKernels.Install();

    // PyTorch's losses in float32 differ from its own in float64 by up to 1.3e-5.
    [TestCase(ElementType.F64, 1e-9)]
    [TestCase(ElementType.F32, 1e-4)]
    public void Losses_of_200_updates_are_those_of_PyTorch(ElementType precision, double within)
    {
        double[] found = Losses(precision, Wanted.Length, rate: 2e-3);
        Assert.That(found, Has.Length.EqualTo(200));
        Assert.That(found, Is.EqualTo(Wanted).Within(within));
        Assert.That(Wanted[^1], Is.LessThan(0.7 * Wanted[0]), "the network learned");
    }

    // The tolerance sees a learning rate that is wrong by a hundredth.
    [Test]
    public void Losses_of_another_learning_rate_are_not()
    {
        double[] found = Losses(ElementType.F32, 50, rate: 2.02e-3);
        Assert.That(found.Zip(Wanted, (one, other) => Math.Abs(one - other)).Max(), Is.GreaterThan(1e-3));
    }

    private static double[] Losses(ElementType precision, int updates, double rate)
    {
        NetworkBuilder network = TransliterationModel.Network(Letters, Latin, dropout: false);
        using var model = new Model(network, new ModelOptions { Precision = precision });
        foreach (var (name, tensor) in model.Parameters)
        {
            double shift = name.Sum(letter => (double)letter);
            tensor.Set([.. Enumerable.Range(1, tensor.Length).Select(i => 0.1 * Math.Sin((12.9898 * i) + shift))]);
        }

        using var trainer = new Trainer(model, new TrainerOptions { LearningRate = new ConstantRate(rate) });
        uint state = 1;
        int Below(int bound)
        {
            state = ((state * 1103515245) + 12345) & int.MaxValue;
            return (int)(state >> 16) % bound;
        }

        return [.. Enumerable.Range(0, updates).Select(_ => trainer.Step(Drawn(Below)))];
    }

    private static Batch Drawn(Func<int, int> below)
    {
        int[] lengths = [.. Enumerable.Range(0, Rows).Select(row => row == 0 ? Longest : 1 + below(Longest))];
        int[][] names = [.. lengths.Select(length => Enumerable.Range(0, length).Select(_ => 4 + below(Letters - 4)).ToArray())];
        int[] Spelled(int[] name) => [.. name.Select((letter, place) => 4 + (((3 * letter) + place) % (Latin - 4)))];
        return Batches.Of(names, Rows)
            .Codes("source", name => name).Lengths("lengths", of: "source")
            .Codes("given", name => [TokenVocabulary.Start, .. Spelled(name)], axis: "S")
            .Codes("next", name => [.. Spelled(name), TokenVocabulary.End], axis: "S").Lengths("written", of: "next")
            .Epoch(0).Single();
    }

    private static double[] Reference() =>
        [.. File.ReadAllLines(Path.Combine(TestContext.CurrentContext.TestDirectory, "Data", "transliteration-losses.txt"))
            .Select(line => double.Parse(line, CultureInfo.InvariantCulture))];
}
