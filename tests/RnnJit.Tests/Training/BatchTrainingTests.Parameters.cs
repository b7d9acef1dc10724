using RnnJit.Cells;
using RnnJit.Data;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Runtime;
using RnnJit.Training;

namespace RnnJit.Tests.Training;

/// <content>Rates and gradients of single parameters.</content>
public partial class BatchTrainingTests
{
    [Test]
    public void A_parameter_has_a_rate_of_its_own_or_stays_as_it_is()
    {
        double[] Moved(Func<string, double>? rate, string parameter)
        {
            using Model model = Tagger(ElementType.F64);
            double[] before = model.Parameters[parameter].ToNdArray().Data;
            using var trainer = new Trainer(model,
                new TrainerOptions { Optimiser = new Sgd(), LearningRate = new ConstantRate(0.1), ClipNorm = null, RateOf = rate });
            trainer.Step(Drawn(1, 5, 3));
            Assert.That(trainer.Differentiated.OutputIndex("d_" + parameter) < 0, Is.EqualTo(rate?.Invoke(parameter) == 0),
                "no gradient of what stays");
            return [.. model.Parameters[parameter].ToNdArray().Data.Zip(before, (now, then) => now - then)];
        }

        double Rate(string name) => name == "head.W" ? 0.25 : name == "head.b" ? 0 : 1;
        double[] plain = Moved(null, "head.W");
        Assert.That(plain, Has.Some.Not.Zero);
        Assert.That(Moved(Rate, "head.W"), Is.EqualTo(plain.Select(step => step / 4)).Within(1e-15));
        Assert.That(Moved(Rate, "layer.Wz"), Is.EqualTo(Moved(null, "layer.Wz")));
        Assert.That(Moved(Rate, "head.b"), Is.All.Zero);
        Assert.That(() => Moved(_ => -1, "head.b"), Throws.ArgumentException.With.Message.Contains("RateOf gives -1 for 'layer.Wz'"));
    }

    // Central differences over the value itself: the network reads it from an input here.
    [Test]
    public void Gradients_of_parameters_and_named_values_are_read([Values] bool split)
    {
        using Model model = Tagger(ElementType.F64);
        var options = new TrainerOptions
        {
            Gradients = ["head.W", "states"],
            SplitStep = split,
            Optimiser = new Sgd(),
            LearningRate = new ConstantRate(1e-12)
        };
        using var trainer = new Trainer(model, options);
        Batch batch = Drawn(1, 3, 2);
        trainer.Step(batch);
        double[] found = trainer.Gradient("states").ToNdArray().Data, ofWeight = trainer.Gradient("head.W").ToNdArray().Data;
        using Session session = model.Open(new SessionOptions { Steps = 8, Batch = 2, Results = ["loss"], Given = ["states"] });
        using Session states = model.Open(new SessionOptions { Steps = 8, Batch = 2, Results = ["states"] });
        foreach (string name in (string[])["x", "lengths"])
            states.Input(name).CopyFrom(trainer.Input(name));
        states.Run();
        foreach (string name in (string[])["tags", "lengths"])
            session.Input(name).CopyFrom(trainer.Input(name));
        double[] values = states.Output("states").ToNdArray().Data;
        double At(int i, double step)
        {
            double[] moved = [.. values];
            moved[i] += step;
            session.Input("states").Set(moved);
            session.Run();
            return session.Output("loss").Read<double>()[0];
        }

        const double Step = 1e-5;
        double[] wanted = [.. Enumerable.Range(0, values.Length).Select(i => (At(i, Step) - At(i, -Step)) / (2 * Step))];
        Assert.That(found, Is.EqualTo(wanted).Within(1e-9));
        Assert.That(found, Has.Some.Not.Zero);
        Assert.That(ofWeight, Has.Length.EqualTo(model.Parameters["head.W"].Length).And.Some.Not.Zero);
        Assert.That(() => trainer.Gradient("head.b"),
            Throws.TypeOf<UnknownNameException>().With.Message.Contains("its gradients are head.W, states"));
    }
}
