using RnnJit.Data;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Training;
using static RnnJit.Tests.Training.BatchTrainingTests;

namespace RnnJit.Tests.Training;

/// <summary>Results of a model for batches of any shape.</summary>
public class EvaluatorTests
{
    [Test]
    public void Batches_of_all_shapes_give_what_a_session_of_their_shape_gives()
    {
        using Model model = Tagger(ElementType.F64);
        using var evaluator = new Evaluator(model, "y", "loss");
        (int Steps, int Rows)[] shapes = [(8, 3), (16, 1), (8, 3), (24, 5), (16, 1)];
        for (int i = 0; i < shapes.Length; i++)
        {
            Batch batch = Drawn(i, shapes[i].Steps, shapes[i].Rows);
            var options = new SessionOptions { Steps = shapes[i].Steps, Batch = shapes[i].Rows, Results = ["y", "loss"] };
            using Session alone = model.Open(options);
            alone.Input("x").Set([.. batch.Inputs["x"].Reals.ToArray().Select(number => (double)number)]);
            foreach (string name in (string[])["tags", "lengths"])
                batch.Inputs[name].Integers.Span.CopyTo(alone.Input(name).Write<int>());
            alone.Run();
            Session found = evaluator.Run(batch);
            foreach (string name in (string[])["y", "loss"])
                Assert.That(found.Output(name).ToNdArray().Data, Is.EqualTo(alone.Output(name).ToNdArray().Data), $"{name}, batch {i}");
        }
    }

    [Test]
    public void Steps_are_rounded_up_and_the_loss_is_that_of_the_trainer()
    {
        using Model model = Tagger(ElementType.F64);
        using var evaluator = new Evaluator(model, "loss", "y");
        using var trainer = new Trainer(model, new TrainerOptions());
        Batch batch = Drawn(1, 5, 3);
        Session session = evaluator.Run(batch);
        Assert.That(session.Output("y").Shape, Is.EqualTo(new[] { 8, 3, 3 }));
        double loss = session.Output("loss").Read<double>()[0];
        Assert.That(trainer.Step(batch), Is.EqualTo(loss).Within(1e-14));
        Assert.That(evaluator.Run(batch).Output("loss").Read<double>()[0], Is.LessThan(loss), "it reads the parameters of the moment");
    }

    [Test]
    public void Targets_may_be_missing_where_no_result_needs_them()
    {
        using Model model = Tagger();
        using var evaluator = new Evaluator(model);
        Batch batch = Drawn(1, 5, 3);
        float[] wanted = evaluator.Run(batch).Output("y").Read<float>().ToArray();
        Batch without = batch with { Inputs = batch.Inputs.Where(input => input.Key != "tags").ToDictionary() };
        Assert.That(evaluator.Run(without).Output("y").Read<float>().ToArray(), Is.EqualTo(wanted));
        using var loss = new Evaluator(model, "loss");
        Assert.That(() => loss.Run(without),
            Throws.TypeOf<GraphException>().With.Message.Contains("Input 'tags' of 'Tagger' is missing in the batch"));
        Batch other = batch with { Inputs = new Dictionary<string, BatchInput>(batch.Inputs) { ["tag"] = batch.Inputs["tags"] } };
        Assert.That(() => evaluator.Run(other),
            Throws.TypeOf<UnknownNameException>().With.Message.Contains("has no input 'tag' (did you mean 'tags'?"));
        Assert.That(() => new Evaluator(model, "z"), Throws.TypeOf<GraphException>().With.Message.Contains("'z' is no output of 'Tagger'"));
    }
}
