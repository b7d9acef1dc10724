using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Training;

namespace RnnJit.Tests.Training;

/// <summary>The messages about a model, or its data, that cannot be trained: each gives the cure.</summary>
public class TrainerMessageTests
{
    [Test]
    public void A_program_without_a_loss()
    {
        Assert.That(() => Train(net => net.Output("y", net.Input("x", "T", "B", 2))), Throws.TypeOf<GraphException>().With.Message.EqualTo(
            "Program 'Net' has no output 'loss' to train (its outputs are y; add a scalar one, such as net.Output(\"loss\", "
                + "Loss.MeanSquaredError(y, target)))"));
        Assert.That(() => Train(net => net.Output("Loss", Rnn.TotalMean(net.Input("x", "T", "B", 2)))),
            Throws.TypeOf<GraphException>().With.Message.Contains("(did you mean 'Loss'? its outputs are Loss;"));
    }

    [Test]
    public void A_loss_that_is_no_scalar() =>
        Assert.That(() => Train(net => net.Output("loss", net.Input("x", "T", "B", 2))),
            Throws.TypeOf<GraphException>().With.Message.EqualTo(
            "Output 'loss' of program 'Net' is f32[T, B, 2], wanted a scalar f32 (reduce it, for instance with Rnn.TotalMean)"));

    [Test]
    public void Lengths_that_are_all_0()
    {
        var net = new NetworkBuilder("Net");
        Value x = net.Input("x", "T", "B", 2);
        Indices lengths = net.Lengths("lengths", "B");
        Value y = net.Recurrent("layer", CellRegistry.Find("elman"), x, net.Size("H", 3)), counts = net.StepsOf(lengths, x);
        net.Output("loss", Rnn.Total(y * counts) / Rnn.Total(counts));
        using var model = new Model(net);
        using var trainer = new Trainer(model, steps: 4, batch: 2);
        Assert.That(() => trainer.Step(), Throws.ArgumentException.With.Message.Contains("'lengths' was never filled"));
        trainer.Input("lengths").Clear();
        Assert.That(() => trainer.Step(), Throws.TypeOf<DivergenceException>().With.Message.Contains("the loss is NaN").And.Message
            .Contains("(every length in 'lengths' is 0: give one row at least one step)"));
        trainer.Input("lengths").Write<int>()[1] = 4;
        Assert.That(trainer.Step(), Is.Not.NaN);
        trainer.Input("x").Write<float>().Fill(float.NaN);
        Assert.That(() => trainer.Step(), Throws.TypeOf<DivergenceException>().With.Message.Contains("(give numbers that are finite)"));
    }

    // The slope of √x at 0 is infinite, that of √x² is 0 / 0; both losses are 0.
    [TestCase(false, "Infinity"), TestCase(true, "NaN")]
    public void A_gradient_that_is_not_finite_under_a_finite_loss(bool squared, string found)
    {
        var net = new NetworkBuilder("Root");
        Value w = net.Parameter("w", "zeros", 2), x = net.Input("x", "T", "B", 2);
        net.Output("loss", Rnn.Total(Rnn.Sqrt(squared ? w * w * x : w * x)));
        using var model = new Model(net);
        using var trainer = new Trainer(model, steps: 1, batch: 1);
        trainer.Input("x").Write<float>().Fill(1);
        Assert.That(() => trainer.Step(),
            Throws.TypeOf<DivergenceException>().With.Message.Contains($"the norm of the gradients is {found}"));
        Assert.That(trainer.Steps, Is.Zero);
        Assert.That(model.Parameters["w"].Read<float>().ToArray(), Is.EqualTo(new float[2]));
    }

    private static void Train(Action<NetworkBuilder> build)
    {
        var net = new NetworkBuilder("Net");
        build(net);
        using var model = new Model(net);
        using var trainer = new Trainer(model, steps: 4, batch: 2);
    }
}
