using RnnJit.Cells;
using RnnJit.Data;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Training;

namespace RnnJit.Tests.Training;

/// <summary>Steps that rounding adds to a batch change no figure, and lengths are those of the batch.</summary>
public class BatchLengthTests
{
    private static readonly int[][] Rows = [[1, 2, 3], [4], [2, 2], [5, 1, 0]];

    [TestCase(3)]
    [TestCase(8)]
    [TestCase(-1)]
    public void A_length_beyond_the_steps_of_the_batch_is_refused_though_steps_are_rounded_up(int length)
    {
        Batch batch =
            Batches.Of(Rows, 4).Codes("x", row => row).Codes("y", row => row, padding: -1).Lengths("lengths", of: "x").Epoch(0).First();
        batch = batch with
        {
            Inputs = new Dictionary<string, BatchInput>(batch.Inputs) { ["lengths"] = BatchInput.Of(new[] { 1, length, 0, 0 }, 4) }
        };
        using Model model = Net("Far", ignored: true);
        using var evaluator = new Evaluator(model, "o");
        using var trainer = new Trainer(model, new TrainerOptions());
        if (length == 3)
        {
            Assert.That(() => evaluator.Run(batch), Throws.Nothing);
            Assert.That(() => trainer.Step(batch), Throws.Nothing);
            return;
        }

        string sentence = $"'lengths' holds {length} for row 1, wanted 0 to 3, the number of steps (correct the length or give more steps)";
        Assert.That(() => evaluator.Run(batch), Throws.ArgumentException.With.Message.EqualTo(sentence));
        Assert.That(() => trainer.Step(batch), Throws.ArgumentException.With.Message.EqualTo(sentence));
        Assert.That(trainer.Steps, Is.Zero);
    }

    // A mean over T · B counts padding: it is that of the batch, whatever steps are rounded to.
    [Test]
    public void A_loss_that_counts_padding_does_not_depend_on_the_multiple()
    {
        Batch batch = Batches.Of(Rows, 4).Codes("x", row => row).Codes("y", row => row).Lengths("lengths", of: "x").Epoch(0).First();
        double Loss(int multiple, string name)
        {
            using Model model = Net(name, ignored: false);
            using var trainer = new Trainer(model, new TrainerOptions { StepMultiple = multiple });
            return trainer.Step(batch);
        }

        double one = Loss(1, "Counted1");
        Assert.That((Loss(8, "Counted8"), Loss(64, "Counted64")), Is.EqualTo((one, one)));
        string[] said = [.. SaidWarnings.All.Where(
            sentence => sentence.Contains("'Counted", StringComparison.Ordinal) && sentence.Contains("RNNJ228", StringComparison.Ordinal))];
        Assert.That(said, Has.Length.EqualTo(2));
        Assert.That(said[0],
            Is.EqualTo("warning RNNJ228: 'Counted8': a mean counts all steps of T, those behind the ends of rows too, so 3 "
            + "steps are not rounded up to 8 and each number of steps is planned by itself (leave padding out with IgnoreIndex, or divide "
            + "by the steps of the rows, Rnn.Total(net.StepsOf(lengths, y)))"));
        using Model same = Net("Counted1", ignored: false);
        using var evaluator = new Evaluator(same, "loss");
        Assert.That(evaluator.Run(batch).Output("loss").Read<float>()[0], Is.EqualTo(one).Within(1e-6));
    }

    [Test]
    public void A_loss_that_leaves_padding_out_is_rounded_up()
    {
        Batch batch =
            Batches.Of(Rows, 4).Codes("x", row => row).Codes("y", row => row, padding: -1).Lengths("lengths", of: "x").Epoch(0).First();
        using Model model = Net("Left", ignored: true);
        using var trainer = new Trainer(model, new TrainerOptions());
        trainer.Step(batch);
        Assert.That(trainer.Input("x").Shape, Is.EqualTo(new[] { 8, 4 }));
    }

    [Test]
    public void A_batch_says_no_more_rows_than_it_has()
    {
        Batch batch =
            Batches.Of(Rows, 4).Codes("x", row => row).Codes("y", row => row, padding: -1).Lengths("lengths", of: "x").Epoch(0).First();
        using Model model = Net("Rows", ignored: true);
        var evaluator = new Evaluator(model, "o");
        Assert.That(() => evaluator.Run(batch with { Rows = 77 }), Throws.ArgumentException.With.Message.EqualTo(
            "The batch says 77 rows and its inputs have 4, wanted 1 to 4 (correct Batch.Rows)"));
        evaluator.Dispose();
        Assert.That(() => evaluator.Run(batch), Throws.TypeOf<ObjectDisposedException>().With.Message.Contains("evaluator of 'Rows'"));
    }

    [Test]
    public void Rows_of_a_shuffled_batch_are_found_again_and_their_results_are_rows()
    {
        RowBatches<int[]> batches = Batches.Of(Rows, 3).Codes("x", row => row).Lengths("lengths", of: "x").Codes("own", row => row)
            .Shuffled(seed: 3);
        using Model model = Net("Numbered", ignored: true);
        using var evaluator = new Evaluator(model, "best", "o");
        var found = new int[Rows.Length][];
        foreach (Batch batch in batches.Epoch(0))
        {
            Assert.That(batch.Numbers, Has.Count.EqualTo(batch.Rows));
            var session = evaluator.Run(batch.Without("own"));
            int[][] best = Padding.CodeRows(session.Output("best"), batch.Inputs["lengths"]);
            float[][] scores = Padding.VectorRows(session.Output("o"), batch.Inputs["lengths"]);
            for (int row = 0; row < batch.Rows; row++)
            {
                found[batch.Numbers[row]] = best[row];
                Assert.That(scores[row], Has.Length.EqualTo(6 * best[row].Length));
            }
        }

        for (int row = 0; row < Rows.Length; row++)
        {
            NdArray alone = model.Run(new Dictionary<string, NdArray>
            {
                ["x"] = new NdArray([Rows[row].Length, 1], [.. Rows[row].Select(code => (double)code)]),
                ["lengths"] = new NdArray([1], [Rows[row].Length]),
            });
            int[] wanted = [.. alone.Data.Chunk(6).Select(scores => Array.IndexOf(scores, scores.Max()))];
            Assert.That(found[row], Is.EqualTo(wanted), $"row {row}");
        }

        Assert.That(() => batches.Epoch(0).First().Without("owm"),
            Throws.TypeOf<UnknownNameException>().With.Message.Contains("no input 'owm' (did you mean 'own'?"));
    }

    private static Model Net(string name, bool ignored)
    {
        var net = new NetworkBuilder(name);
        Indices x = net.Indices("x", "T", "B"), y = net.Indices("y", "T", "B");
        net.Lengths("lengths", "B");
        Value e = net.Embedding("e", x, net.Size("V", 6), net.Size("E", 4));
        Value o = net.Output("o", net.Dense("head", net.Recurrent("layer", CellRegistry.Find(typeof(Gru)), e, net.Size("H", 8)), 6));
        net.Named("best", Rnn.ArgMax(o).Tensor);
        net.Output("loss",
            ignored ? Loss.CrossEntropy(o, y, new CrossEntropyOptions { IgnoreIndex = -1 }) : Loss.SoftmaxCrossEntropy(o, y));
        return new Model(net);
    }
}
