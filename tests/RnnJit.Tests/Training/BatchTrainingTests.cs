using RnnJit.Cells;
using RnnJit.Data;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Runtime;
using RnnJit.Training;

namespace RnnJit.Tests.Training;

/// <summary>Training on batches of any shape, with one set of parameters and moments.</summary>
public partial class BatchTrainingTests
{
    [Test]
    public void Batches_of_one_shape_are_trained_on_as_by_a_trainer_of_that_shape()
    {
        using Model first = Tagger(), second = Tagger();
        using var free = new Trainer(first, new TrainerOptions { StepMultiple = 1 });
        using var bound = new Trainer(second, 5, 3, new TrainerOptions());
        for (int update = 0; update < 6; update++)
        {
            Batch batch = Drawn(update, 5, 3);
            foreach (var (name, input) in batch.Inputs)
            {
                if (input.Element == ElementType.I32)
                    input.Integers.Span.CopyTo(bound.Input(name).Write<int>());
                else
                    input.Reals.Span.CopyTo(bound.Input(name).Write<float>());
            }

            Assert.That(free.Step(batch), Is.EqualTo(bound.Step()), $"update {update}");
        }

        Assert.That(Parameters(first), Is.EqualTo(Parameters(second)));
        Assert.That(free.Shapes, Is.EqualTo(1));
    }

    // Other Programs ran in the arena between two steps of a shape: constants and packed weights are made again.
    [Test]
    public void Shapes_that_take_turns_train_as_trainers_of_their_own_would([Values(1, 2, 9)] int mostShapes, [Values] bool split,
        [Values] bool frozen)
    {
        (int Steps, int Rows)[] shapes = [(5, 3), (40, 16), (2, 1), (5, 3), (40, 16), (2, 1), (7, 3), (5, 3)];
        var options = new TrainerOptions { Optimiser = new Adam(), StepMultiple = 1, MostShapes = mostShapes, SplitStep = split };

        // Parameters that never change are packed once for each shape, and the other shapes overwrite that.
        if (frozen)
            options = options with { RateOf = name => name == "head.b" ? 1 : 0 };
        using Model first = Tagger(hidden: 32, constant: true), second = Tagger(hidden: 32, constant: true);
        using var free = new Trainer(first, options);
        var moments = new TemporaryFolder();
        for (int update = 0; update < shapes.Length; update++)
        {
            Batch batch = Drawn(update, shapes[update].Steps, shapes[update].Rows);
            double found = free.Step(batch);

            // A trainer that knows this shape only, and takes over the moments by a file.
            using Trainer alone = update == 0 ? new Trainer(second, options) : Trainer.Resume(moments.File("m"), options);
            Assert.That(found, Is.EqualTo(alone.Step(batch)), $"update {update}");
            alone.Save(moments.File("m"));
            Assert.That(Parameters(first), Is.EqualTo(Parameters(alone.Model)), $"update {update}");
            if (update > 0)
                alone.Model.Dispose();
        }

        Assert.That(free.Shapes, Is.EqualTo(Math.Min(mostShapes, 4)));
        moments.Dispose();
    }

    // Fills are written when a shape is bound; the network of the test above has some.
    [Test]
    public void A_network_with_a_constant_sequence_has_fills()
    {
        using Model model = Tagger(constant: true);
        using var trainer = new Trainer(model, 4, 2);
        var sizes = new Dictionary<string, int>(model.Sizes) { ["T"] = 4, ["B"] = 2 };
        Assert.That(Executable.PlanOf(trainer.Differentiated, new ExecutableOptions { Sizes = sizes }).Fills, Is.Not.Empty);
    }

    [Test]
    public void The_shape_that_was_not_used_for_longest_is_given_up()
    {
        using Model model = Tagger();
        using var trainer = new Trainer(model, new TrainerOptions { StepMultiple = 1, MostShapes = 2 });
        Tensor Bound(int steps)
        {
            trainer.Bind(Drawn(1, steps, 2));
            return trainer.Input("x");
        }

        Tensor three = Bound(3), four = Bound(4);
        Assert.That(Bound(3), Is.SameAs(three));
        Bound(5);
        Assert.That(Bound(3), Is.SameAs(three), "it was used after the shape of four steps");
        Assert.That(Bound(4), Is.Not.SameAs(four));
    }

    // A shape that was seen is found by comparison alone, and other types and rows are other shapes.
    [Test]
    public void A_batch_of_a_known_shape_is_checked_as_the_first_one_was()
    {
        using Model model = Tagger();
        using var trainer = new Trainer(model);
        Batch batch = Drawn(1, 3, 2);
        trainer.Step(batch);
        var wrong = new Dictionary<string, BatchInput>(batch.Inputs) { ["tags"] = BatchInput.Of(new float[6], 3, 2) };
        Assert.That(() => trainer.Step(batch with { Inputs = wrong }),
            Throws.TypeOf<GraphException>().With.Message.Contains("'tags' holds F32"));

        var net = new NetworkBuilder("Rowless");
        net.Output("loss", Rnn.TotalMean(net.Dense("head", net.Input("x", "T", 2), 1)));
        using var rowless = new Model(net);
        using var carrying = new Trainer(rowless, new TrainerOptions { CarryState = true });
        Batch Of(int rows) => new(rows, new Dictionary<string, BatchInput> { ["x"] = BatchInput.Of((float[])[1, 2], 1, 2) });
        carrying.Step(Of(3));
        carrying.Step(Of(3));
        Assert.That(() => carrying.Step(Of(4)), Throws.InvalidOperationException.With.Message.Contains("4 rows where states of 3"));
    }

    [Test]
    public void One_arena_serves_all_shapes()
    {
        using Model model = Tagger(hidden: 16);
        using var free = new Trainer(model, new TrainerOptions { StepMultiple = 1 });
        free.Step(Drawn(0, 64, 16));
        long largest = free.ArenaBytes;
        for (int steps = 1; steps < 20; steps++)
            free.Step(Drawn(steps, steps, 16));
        Assert.That(free.ArenaBytes, Is.EqualTo(largest));
        Assert.That(free.Shapes, Is.EqualTo(20));

        // Upwards each size is half as large again at least, so few buffers are there.
        using Model other = Tagger(hidden: 16);
        using var growing = new Trainer(other, new TrainerOptions { StepMultiple = 1 });
        for (int steps = 1; steps <= 64; steps++)
            growing.Step(Drawn(steps, steps, 16));
        Assert.That(growing.ArenaBytes, Is.LessThanOrEqualTo(4.5 * largest));
    }

    // Steps that are added lie behind the ends of all rows, where the loss counts nothing.
    [Test]
    public void Rounded_steps_change_no_loss_that_leaves_padding_out()
    {
        using Model exact = Tagger(ElementType.F64), rounded = Tagger(ElementType.F64);
        using var one = new Trainer(exact, new TrainerOptions { StepMultiple = 1 });
        using var eight = new Trainer(rounded, new TrainerOptions());
        for (int update = 0; update < 10; update++)
        {
            Batch batch = Drawn(update, 3 + update, 4);
            Assert.That(eight.Step(batch), Is.EqualTo(one.Step(batch)).Within(1e-13));
        }

        Assert.That((one.Shapes, eight.Shapes), Is.EqualTo((10, 2)));
        Assert.That(Parameters(rounded), Is.EqualTo(Parameters(exact)).Within(1e-11));
    }

    [Test]
    public void Padding_of_an_input_stands_behind_the_steps_of_the_batch()
    {
        using Model model = Tagger();
        using var trainer = new Trainer(model, new TrainerOptions());
        Batch batch = Drawn(1, 3, 2);
        trainer.Bind(batch with
        {
            Inputs = new Dictionary<string, BatchInput>(batch.Inputs) { ["tags"] = Codes(new Random(1), 3, 2, 3, padding: 2) }
        });
        Assert.That(trainer.Input("tags").Read<int>()[6..].ToArray(), Has.Length.EqualTo(10).And.All.EqualTo(2));
        Assert.That(trainer.Input("x").Read<float>()[(3 * 2 * 2)..].ToArray(), Has.Length.EqualTo(20).And.All.Zero);
    }

    [Test]
    public void Carried_states_belong_to_rows()
    {
        using Model model = Tagger();
        using var trainer = new Trainer(model, new TrainerOptions { CarryState = true });
        trainer.Step(Drawn(1, 3, 2));
        trainer.Step(Drawn(2, 30, 2));
        Assert.That(() => trainer.Step(Drawn(3, 3, 4)), Throws.InvalidOperationException.With.Message.EqualTo(
            "The batch has 4 rows where states of 2 are carried (keep the number of rows, drop a last batch that is smaller, "
                + "or call ResetState first)"));
        trainer.ResetState();
        Assert.That(() => trainer.Step(Drawn(3, 3, 4)), Throws.Nothing);
    }

    [Test]
    public void States_are_carried_from_shape_to_shape_and_through_a_file()
    {
        using var folder = new TemporaryFolder();
        var options = new TrainerOptions { CarryState = true };
        using Model straight = Tagger(), cut = Tagger();
        using var trainer = new Trainer(straight, options);
        double[] wanted = [.. Enumerable.Range(0, 6).Select(update => trainer.Step(Drawn(update, 3 + (6 * update), 2)))];
        using var before = new Trainer(cut, options);
        double[] found = [.. Enumerable.Range(0, 3).Select(update => before.Step(Drawn(update, 3 + (6 * update), 2)))];
        before.Save(folder.File("cut"));
        using Trainer after = Trainer.Resume(folder.File("cut"), options);
        found = [.. found, .. Enumerable.Range(3, 3).Select(update => after.Step(Drawn(update, 3 + (6 * update), 2)))];
        Assert.That(found, Is.EqualTo(wanted));
        Assert.That(Parameters(after.Model), Is.EqualTo(Parameters(straight)));
        after.Model.Dispose();
    }

    [Test]
    public void A_batch_that_does_not_fit_gets_a_sentence()
    {
        using Model model = Tagger();
        using var trainer = new Trainer(model);
        Batch batch = Drawn(1, 3, 2);
        string Message(string name, BatchInput? input)
        {
            var inputs = new Dictionary<string, BatchInput>(batch.Inputs);
            if (input is null)
                inputs.Remove(name);
            else
                inputs[name] = input;
            return Assert.Catch(() => trainer.Step(batch with { Inputs = inputs }))!.Message;
        }

        Assert.That(Message("tags", null), Does.Contain("Input 'tags' of 'Tagger' is missing in the batch (give i32[T, B])"));
        Assert.That(Message("tag", BatchInput.Of((int[])[1], 1)), Does.Contain("has no input 'tag' (did you mean 'tags'?"));
        Assert.That(Message("tags", Codes(new Random(1), 3, 5, 3)), Does.Contain("'tags' has shape [3, 5]"));
        Assert.That(Message("tags", BatchInput.Of(new float[6], 3, 2)), Does.Contain("'tags' holds F32 but i32[T, B] is wanted"));
        Assert.That(() => trainer.Step(), Throws.InvalidOperationException.With.Message.Contains("has no shape before the first batch"));
        Assert.That(() => BatchInput.Of(new float[6], 3, 3),
            Throws.ArgumentException.With.Message.EqualTo("An input of shape [3, 3] has 6 values (give one for each element)"));
        using var bound = new Trainer(model, 3, 2);
        Assert.That(() => bound.Step(batch), Throws.InvalidOperationException.With.Message.Contains("was made for one shape"));
        Assert.That(() => new Trainer(model, new TrainerOptions { MostShapes = 0 }),
            Throws.ArgumentException.With.Message.Contains("MostShapes is 0"));
        Assert.That(() => new Trainer(model, new TrainerOptions { StepMultiple = 0 }),
            Throws.ArgumentException.With.Message.Contains("StepMultiple is 0"));
        Assert.That(() => new Trainer(model, new TrainerOptions { Gradients = ["staets"] }).Step(batch),
            Throws.TypeOf<GraphException>().With.Message.Contains("'staets' is no"));
    }

    /// <param name="constant">True for a constant beside the inputs of each step.</param>
    internal static Model Tagger(ElementType precision = ElementType.F32, int hidden = 5, bool constant = false)
    {
        var net = new NetworkBuilder("Tagger");
        Value x = net.Input("x", "T", "B", 2);
        if (constant)
            x = Rnn.Concat(x, net.Graph.Add(new RnnJit.Ops.ConstantOp(0.5, new TensorType(ElementType.F32, "T", "B", 1))));
        Indices tags = net.Indices("tags", "T", "B"), lengths = net.Lengths("lengths", "B");
        Value h = net.Named("states", net.Recurrent("layer", CellRegistry.Find(typeof(Gru)), x, net.Size("H", hidden)));
        Value y = net.Output("y", net.Dense("head", h, 3)), counts = net.StepsOf(lengths, y);
        net.Output("loss", Rnn.Total(Rnn.CrossEntropy(y, tags) * counts) / Rnn.Total(counts));
        return new Model(net, new ModelOptions { Precision = precision, Threads = 2 });
    }

    internal static Batch Drawn(int seed, int steps, int rows)
    {
        var random = new Random(seed);
        float[] x = [.. Enumerable.Range(0, steps * rows * 2).Select(_ => (float)random.NextDouble() - 0.5f)];
        int[] lengths = [.. Enumerable.Range(0, rows).Select(row => row == 0 ? steps : 1 + random.Next(steps))];
        return new Batch(rows, new Dictionary<string, BatchInput>
        {
            ["x"] = BatchInput.Of(x, steps, rows, 2),
            ["tags"] = Codes(random, steps, rows, 3),
            ["lengths"] = BatchInput.Of(lengths, rows),
        });
    }

    internal static double[] Parameters(Model model) => [.. model.Parameters.Values.SelectMany(tensor => tensor.ToNdArray().Data)];

    private static BatchInput Codes(Random random, int steps, int rows, int codes, double padding = 0)
    {
        int[] values = [.. Enumerable.Range(0, steps * rows).Select(_ => random.Next(codes))];
        return padding == 0 ? BatchInput.Of(values, steps, rows) : BatchInput.Of(values, steps, rows).Padded(padding);
    }
}
