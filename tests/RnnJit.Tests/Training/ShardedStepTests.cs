using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Training;

namespace RnnJit.Tests.Training;

/// <summary>Steps in shards of networks of one's own: batch normalisation, weighted losses, gradients that are not finite.</summary>
public class ShardedStepTests
{
    private const int Steps = 5, Batch = 8, Width = 3, Updates = 6;

    [Test]
    public void One_shard_has_the_bits_of_a_whole_step()
    {
        double[] whole = Whole(Network(), new TrainerOptions()), one = Sharded(Network(), new TrainerOptions(), 1, 1);
        Assert.That(one, Is.EqualTo(whole));
        Assert.That(Sharded(Network(), new TrainerOptions(), 2, 1), Is.Not.EqualTo(whole));
    }

    // Statistics of each shard: those of the whole batch are others.
    [Test]
    public void Running_statistics_are_means_over_shards_at_any_number_of_ranks()
    {
        double[] one = Sharded(Network(), new TrainerOptions(), 4, 1);
        foreach (int ranks in (int[])[2, 4])
            Assert.That(Sharded(Network(), new TrainerOptions(), 4, ranks), Is.EqualTo(one));
    }

    [Test]
    public void A_running_mean_is_that_of_the_batch()
    {
        double Mean(int shards)
        {
            using var model = new Model(Network(), new ModelOptions { Threads = 1, Precision = ElementType.F64 });
            using var trainer = new Trainer(model, Options(new TrainerOptions(), shards > 0));
            if (shards == 0)
            {
                trainer.Bind(Steps, Batch);
                Fill(trainer, 0, 0, Batch);
                trainer.Step();
            }
            else
            {
                using var step = new ShardedStep(trainer, Steps, Batch, shards);
                step.Run(shard => Fill(trainer, 0, step.Plan.FirstRow(shard), step.Plan.Rows));
            }

            return model.Parameters["norm.mean"].Read<double>()[1];
        }

        Assert.That(Mean(4), Is.EqualTo(Mean(0)).Within(1e-15));
        Assert.That(Mean(4), Is.Not.Zero);
    }

    // The count of steps differs from shard to shard, and one has none.
    [Test]
    public void A_weighted_loss_adds_numerators_and_counts()
    {
        var options = new TrainerOptions { LossWeight = "counted", ClipNorm = null };
        double[] whole = Whole(Weighted(), options), cut = Sharded(Weighted(), options, 4, 2);
        Assert.That(cut, Is.EqualTo(whole).Within(1e-12));
        Assert.That(cut, Is.EqualTo(Sharded(Weighted(), options, 4, 1)));
        Assert.That(Sharded(Weighted(), options, 8, 8), Is.EqualTo(Sharded(Weighted(), options, 8, 1)));

        // A negative control: without the name a shard without targets is 0 / 0.
        Assert.That(() => Sharded(Weighted(), options with { LossWeight = null }, 8, 1), Throws.InstanceOf<Exception>());
    }

    [Test]
    public void A_weight_that_is_no_scalar_output_is_refused() =>
        Assert.That(() => Sharded(Weighted(), new TrainerOptions { LossWeight = "count" }, 4, 1), Throws.InstanceOf<AggregateException>()
            .With.InnerException.InstanceOf<GraphException>().With.InnerException.Message.EqualTo(
                "Program 'Weighted' has no output 'count' that its loss was divided by (its outputs are loss, counted, layer0.h; "
                    + "name it with net.Named or net.Output)"));

    [Test]
    public void Infinity_in_one_shard_stops_all_ranks_with_its_place_and_changes_nothing()
    {
        (string Said, bool Same)[] found = RankThreads.Run(4, rank =>
        {
            using var model = new Model(Network(), new ModelOptions { Threads = 1, Seed = 3 });
            using var trainer = new Trainer(model, Options(new TrainerOptions(), true));
            using var step = new ShardedStep(trainer, Steps, Batch, 4, rank);
            float[] before = model.Parameters["head.W"].Read<float>().ToArray();
            try
            {
                step.Run(shard =>
                {
                    Fill(trainer, 0, step.Plan.FirstRow(shard), step.Plan.Rows);
                    if (shard == 2)
                        trainer.Input("x").Write<float>()[4] = float.NaN;
                });
                return ("", false);
            }
            catch (DivergenceException e)
            {
                return (e.Message, model.Parameters["head.W"].Read<float>().SequenceEqual(before));
            }
        });
        Assert.That(found.Select(one => one.Said), Is.All.StartWith("Training stopped at step 1: the loss is NaN, first in input 'x'"));
        Assert.That(found.Select(one => one.Same), Is.All.True);
    }

    [Test]
    public void A_trainer_whose_step_is_whole_is_refused()
    {
        using var model = new Model(Network(), new ModelOptions { Threads = 1 });
        using var trainer = new Trainer(model, new TrainerOptions());
        Assert.That(() => new ShardedStep(trainer, Steps, Batch, 2), Throws.InvalidOperationException.With.Message.EqualTo(
            "ShardedStep is for a split step (set TrainerOptions.SplitStep)"));
    }

    [Test]
    public void A_loop_of_ones_own_is_continued_with_other_ranks()
    {
        using var folder = new TemporaryFolder();
        string Run(int ranks, int from, int to, string? resumed)
        {
            string file = folder.File($"{from}-{to}");
            RankThreads.Run(ranks, rank =>
            {
                TrainerOptions options = Options(new TrainerOptions { CarryState = true }, true);
                using Trainer trainer = resumed is null
                    ? new Trainer(new Model(Network(), new ModelOptions { Threads = 1 }), options)
                    : Trainer.Resume(resumed, options, new ModelOptions { Threads = 1 });
                using Model model = trainer.Model;
                using var step = new ShardedStep(trainer, Steps, Batch, 4, rank);
                for (int update = from; update < to; update++)
                    step.Run(shard => Fill(trainer, update, step.Plan.FirstRow(shard), step.Plan.Rows));
                step.Collect();
                if (rank.Rank == 0)
                    trainer.Save(file);
                return true;
            });
            return file;
        }

        byte[] whole = File.ReadAllBytes(Run(1, 0, Updates, null));
        string cut = Run(4, 0, 2, null);
        Assert.That(File.ReadAllBytes(Run(2, 2, Updates, cut)), Is.EqualTo(whole));
    }

    private static NetworkBuilder Network()
    {
        var net = new NetworkBuilder("Normalised");
        Value x = net.BatchNorm("norm", net.Input("x", "T", "B", Width));
        Value h = net.Recurrent("layer0", CellRegistry.Find(typeof(Lstm)), x, net.Size("H", 5));
        net.Output("loss", Loss.MeanSquaredError(net.Dense("head", net.Dropout("drop", h, 0.25), 2), net.Input("target", "T", "B", 2)));
        return net;
    }

    private static NetworkBuilder Weighted()
    {
        var net = new NetworkBuilder("Weighted");
        Value x = net.Input("x", "T", "B", Width), weights = net.Input("weights", "T", "B", 1);
        Value h = net.Recurrent("layer0", CellRegistry.Find(typeof(Gru)), x, net.Size("H", 5));
        Value error = net.Dense("head", h, 1) - net.Input("target", "T", "B", 1);
        Value counted = Rnn.Total(weights);
        net.Output("loss", Rnn.Total(weights * error * error) / counted);
        net.Named("counted", counted);
        return net;
    }

    private static TrainerOptions Options(TrainerOptions options, bool split) =>
        options with { SplitStep = split, LearningRate = new ConstantRate(0.01) };

    private static double[] Whole(NetworkBuilder net, TrainerOptions options)
    {
        using var model = new Model(net, Run(net));
        using var trainer = new Trainer(model, Options(options, false));
        trainer.Bind(Steps, Batch);
        for (int update = 0; update < Updates; update++)
        {
            Fill(trainer, update, 0, Batch);
            trainer.Step();
        }

        return Parameters(model);
    }

    private static double[] Sharded(NetworkBuilder net, TrainerOptions options, int shards, int ranks) => RankThreads.Run(ranks, rank =>
    {
        using var model = new Model(net, Run(net));
        using var trainer = new Trainer(model, Options(options, true));
        using var step = new ShardedStep(trainer, Steps, Batch, shards, rank);
        for (int update = 0; update < Updates; update++)
            step.Run(shard => Fill(trainer, update, step.Plan.FirstRow(shard), step.Plan.Rows));
        return Parameters(model);
    })[^1];

    private static ModelOptions Run(NetworkBuilder net) =>
        new() { Threads = 1, Seed = 5, Precision = net.Name == "Weighted" ? ElementType.F64 : ElementType.F32 };

    private static double[] Parameters(Model model) => [.. model.Parameters.Values.SelectMany(tensor => tensor.ToNdArray().Data)];

    // Rows of a batch that is the same however it is cut; the first two rows have no weight.
    private static void Fill(Trainer trainer, int update, int first, int rows)
    {
        foreach (string name in trainer.Model.Program.Name == "Weighted" ? (string[])["x", "target", "weights"] : ["x", "target"])
        {
            var tensor = trainer.Input(name);
            int units = tensor.Shape[2];
            double[] values = new double[tensor.Length];
            for (int i = 0; i < values.Length; i++)
            {
                int row = first + (i / units % rows), place = (((i / units / rows * Batch) + row) * units) + (i % units);
                double drawn = new Random((update * 1000) + (place * 7) + name.Length).NextDouble();
                values[i] = name == "weights" ? (row < 2 ? 0 : Math.Floor(drawn * 3)) : drawn - 0.4;
            }

            tensor.Set(values);
        }
    }
}
