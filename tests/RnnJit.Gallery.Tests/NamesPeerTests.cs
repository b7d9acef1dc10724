using System.Globalization;
using RnnJit.Data;
using RnnJit.Gallery.Systems;
using RnnJit.Ir;
using RnnJit.Jit;
using RnnJit.Networks;
using RnnJit.Training;

namespace RnnJit.Gallery.Tests;

/// <summary>
/// Losses of the network of names beside PyTorch 1.13.1 in double precision, from the same start and on the same batches of rows of
/// different lengths; the numbers were printed by written/names.py.
/// </summary>
public class NamesPeerTests
{
    private const int Letters = 30, Languages = 5, Units = 24, Rows = 16;

    [OneTimeSetUp]
    public void CompileKernels() => JitKernels.Install();

    [TestCase(ElementType.F64, 1e-7)]
    [TestCase(ElementType.F32, 1e-4)]
    public void Losses_of_200_updates_are_those_of_PyTorch(ElementType precision, double tolerance) =>
        Assert.That(Losses(precision, rate: 4e-3), Is.EqualTo(Wanted).Within(tolerance));

    [Test]
    public void A_rate_that_is_one_per_cent_off_shows() =>
        Assert.That(Losses(ElementType.F64, rate: 4.04e-3).Zip(Wanted, (a, b) => Math.Abs(a - b)).Max(), Is.GreaterThan(1e-3));

    private static double[] Wanted =>
        [.. File.ReadAllLines(Path.Combine(TestContext.CurrentContext.TestDirectory, "Data", "names-losses.txt")).Select(Number)];

    private static double Number(string line) => double.Parse(line, CultureInfo.InvariantCulture);

    private static double[] Losses(ElementType precision, double rate)
    {
        uint state = 1;
        uint Next() => state = (state * 1103515245 + 12345) % 0x80000000;
        int Below(int bound) => (int)((Next() >> 8) % (uint)bound);
        double[] Weights(double scale, int count) => [.. Enumerable.Range(0, count).Select(_ => scale * (Next() / (double)(1 << 30) - 1))];

        using var model = new Model(NamesSystem.Network(Letters, Languages, Units), new ModelOptions { Precision = precision });
        model.Parameters["embedding.table"].Set(Weights(0.5, Letters * Units / 2));
        foreach (string direction in (string[])["layer.", "layer.reverse."])
        {
            foreach (string gate in (string[])["i", "f", "g", "o"])
            {
                model.Parameters[$"{direction}W{gate}"].Set(Weights(0.2, Units * Units / 2));
                model.Parameters[$"{direction}U{gate}"].Set(Weights(0.2, Units * Units));
                model.Parameters[$"{direction}b{gate}"].Set(Weights(0.2, Units));
            }
        }

        model.Parameters["head.W"].Set(Weights(0.2, Languages * 2 * Units));
        model.Parameters["head.b"].Set(Weights(0.2, Languages));
        using var trainer = new Trainer(model, new TrainerOptions { LearningRate = new ConstantRate(rate) });
        return [.. Enumerable.Range(0, Wanted.Length).Select(_ =>
        {
            int[] Row() => [.. Enumerable.Range(0, 2 + Below(9)).Select(_ => Below(Letters))];
            int[][] rows = [.. Enumerable.Range(0, Rows).Select(_ => Row())];
            return trainer.Step(Batches.Of(rows, Rows).Codes("letters", row => row).Lengths("lengths", of: "letters")
                .Label("language", row => row[0] % Languages).Epoch(0).Single());
        })];
    }
}
