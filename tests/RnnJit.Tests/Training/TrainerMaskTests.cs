using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Training;

namespace RnnJit.Tests.Training;

/// <summary>Masks differ by update and by site. The kept places were printed by written/masks.py, a Philox of its own in Python, for
/// seed 7 and a rate of one half.</summary>
public class TrainerMaskTests
{
    private const int Steps = 2, Batch = 2, Units = 6;

    // By update, then by site; a row for each t · B + b.
    private static readonly string[][] Kept =
    [
        ["011010 110000 100010 011000", "001001 001001 010110 010110"],
        ["110000 001010 001000 101111", "000100 000111 010000 001100"],
        ["010100 111101 011101 100011", "111010 011001 101111 110100"],
    ];

    [Test]
    public void Masks_depend_on_update_and_site()
    {
        // The input's elements are powers of 2, so a loss in double precision tells every place of both masks.
        var net = new NetworkBuilder("Masked");
        Value x = net.Input("x", "T", "B", Units);
        net.Output("loss",
            Rnn.Total(net.Dropout("a", x, 0.5) + ((1 << 26) * net.Dropout("b", x, 0.5))) + Rnn.Total(net.Parameter("w", "zeros", Units)));
        using var model = new Model(net, new ModelOptions { Seed = 7, Threads = 1, Precision = ElementType.F64 });
        using var trainer =
            new Trainer(model, Steps, Batch, new TrainerOptions { Optimiser = new Sgd(), LearningRate = new ConstantRate(0) });
        trainer.Input("x").Set([.. Enumerable.Range(0, Steps * Batch * Units).Select(place => (double)(1 << place))]);
        foreach (string[] sites in Kept)
        {
            double[] sums =
                [.. sites.Select(rows => rows.Where(place => place != ' ').Select((place, i) => place == '1' ? 2.0 * (1 << i) : 0).Sum())];
            Assert.That(trainer.Step(), Is.EqualTo(sums[0] + ((1 << 26) * sums[1])));
        }
    }
}
