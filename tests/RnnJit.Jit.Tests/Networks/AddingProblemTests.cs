using System.Globalization;
using RnnJit.Cells;
using RnnJit.Jit;
using RnnJit.Networks;
using RnnJit.Training;

namespace RnnJit.Jit.Tests.Networks;

/// <summary>
/// The adding problem (Hochreiter and Schmidhuber 1997; Le et al. 2015, section 4.1): the sum of the two marked numbers of a sequence of
/// 100. Answering 1 always has a mean squared error of 1/6.
/// </summary>
public class AddingProblemTests
{
    private const int Steps = 100, Rows = 32, Units = 100;
    private const double Guess = 1.0 / 6;

    // A layer of IndRnn adds up what it is given; a second one is needed to see which numbers are marked.
    [TestCase(typeof(ElmanRelu), 1, 1500)]
    [TestCase(typeof(IndRnn), 2, 3000)]
    public void A_rectified_cell_learns_it_from_the_start_of_its_paper(Type cell, int layers, int updates)
    {
        if (layers > 1 && Environment.GetEnvironmentVariable("RNNJIT_LONG") != "1")
            Assert.Ignore("RNNJIT_LONG is not 1 (3,000 updates of two layers take 20 seconds)");
        double error = Train(CellRegistry.Find(cell), layers, updates);
        TestContext.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{cell.Name}: {error:0.0000} of {Guess:0.0000}"));
        Assert.That(error, Is.LessThan(Guess / 4));
    }

    /// <summary>The figures of docs/results.md: 6,000 updates, with the starts of the papers and with those used until 0.1.0.</summary>
    [TestCase(typeof(ElmanRelu), "identity")]
    [TestCase(typeof(ElmanRelu), "orthogonal")]
    [TestCase(typeof(IndRnn), "uniform01")]
    [TestCase(typeof(IndRnn), "uniform")]
    public void Starts_are_compared(Type type, string start)
    {
        if (Environment.GetEnvironmentVariable("RNNJIT_LONG") != "1")
            Assert.Ignore("RNNJIT_LONG is not 1 (6,000 updates take a minute)");
        CellDefinition cell = CellRegistry.Find(type);
        string changed = type == typeof(IndRnn) ? "u" : "U";
        Ir.Graph step = cell.Step;
        var inputs = step.Inputs.Select(port => port.Name == changed ? port with { Init = start } : port).ToArray();
        var given = new CellDefinition(new Ir.Graph(step.Kind, step.Name, Ir.EquatableArray.Of(inputs), step.Nodes, step.Outputs));
        double error = Train(given, type == typeof(IndRnn) ? 2 : 1, updates: 6000);
        TestContext.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{type.Name} {start}: {error:0.0000}"));
        Assert.That(error, Is.LessThan(1.2 * Guess));
    }

    // The mean of the last hundred updates.
    private static double Train(CellDefinition cell, int layers, int updates)
    {
        JitKernels.Install();
        var net = new NetworkBuilder("Adding");
        Value x = net.Input("x", "T", "B", 2), target = net.Input("target", "B", 1);
        RecurrentLayer top = net.Stack("layer", cell, x, layers, net.Size("H", Units)).Layers[^1];
        net.Output("loss", Loss.MeanSquaredError(net.Dense("head", top.Last, 1), target));
        using var model = new Model(net, new ModelOptions { Seed = 1 });
        using var trainer = new Trainer(model, Steps, Rows, new TrainerOptions { LearningRate = new ConstantRate(1e-3) });
        var random = new Random(1);
        double sum = 0;
        for (int update = 0; update < updates; update++)
        {
            Draw(random, trainer.Input("x").Write<float>(), trainer.Input("target").Write<float>());
            double loss = trainer.Step();
            sum += update >= updates - 100 ? loss : 0;
        }

        return sum / 100;
    }

    // x[t, b] = (number, 1 where it is marked): one mark in each half.
    private static void Draw(Random random, Span<float> x, Span<float> target)
    {
        x.Clear();
        target.Clear();
        for (int row = 0; row < Rows; row++)
        {
            int first = random.Next(Steps / 2), second = (Steps / 2) + random.Next(Steps / 2);
            for (int t = 0; t < Steps; t++)
            {
                float number = random.NextSingle();
                x[2 * ((t * Rows) + row)] = number;
                if (t != first && t != second)
                    continue;
                x[(2 * ((t * Rows) + row)) + 1] = 1;
                target[row] += number;
            }
        }
    }
}
