using RnnJit.Cells;
using RnnJit.Data;
using RnnJit.Networks;
using RnnJit.Training;

namespace RnnJit.Tests.Training;

/// <summary>Character trainings in shards: the file depends on the number of shards, and not on the ranks that train them.</summary>
public class ShardedTrainingTests
{
    private const int Updates = 30;

    private static readonly CharacterText Text =
        CharacterText.From(string.Concat(Enumerable.Repeat("she sells sea shells by the sea shore; ", 20)));

    private static readonly CharacterOptions Options = new()
    {
        Hidden = 9,
        Embedding = 4,
        Layers = 2,
        Batch = 12,
        Steps = 6,
        Updates = Updates,
        Dropout = 0.25,
        Zoneout = 0.1,
        DropConnect = 0.1,
        LearningRate = 0.01,
        Clip = 0.05,
        Schedule = "plateau",
    };

    [TestCase(4, 1, 2, 4)]
    [TestCase(6, 1, 3, 6)]
    public void Any_number_of_ranks_writes_one_file(int shards, params int[] ranks)
    {
        byte[][] files = [.. ranks.Select(count => Trained(Options with { Shards = shards }, count))];
        foreach (byte[] file in files.Skip(1))
            Assert.That(file, Is.EqualTo(files[0]));
        Assert.That(Trained(Options with { Shards = 3 }, 1), Is.Not.EqualTo(files[0]));
    }

    [Test]
    public void Any_number_of_ranks_continues_a_file()
    {
        CharacterOptions options = Options with { Shards = 4, Precision = Ir.ElementType.F64 };
        byte[] whole = Trained(options, 2);
        using var folder = new TemporaryFolder();
        string file = folder.File("cut");
        Trained(options, 4, file, to: 11);
        Continued(file, 1, to: 17);
        Continued(file, 2, to: 23);
        Continued(file, 4, to: Updates);
        Assert.That(File.ReadAllBytes(file), Is.EqualTo(whole));
    }

    // Without dropout a shard of all rows is the batch; the masks of shards are those of the batch as well.
    [Test]
    public void Losses_of_shards_are_those_of_the_whole_batch_but_for_rounding()
    {
        CharacterOptions options = Options with { Precision = Ir.ElementType.F64, DropConnect = 0 };
        double[] whole = Losses(options), cut = Losses(options with { Shards = 4 });
        Assert.That(cut, Is.EqualTo(whole).Within(1e-9));
        Assert.That(cut, Is.Not.EqualTo(whole));
        Assert.That(Losses(options with { Seed = 2 }), Is.Not.EqualTo(whole).Within(1e-9));
    }

    [Test]
    public void One_shard_writes_no_number_of_shards()
    {
        using var folder = new TemporaryFolder();
        string one = folder.File("one"), two = folder.File("two");
        Trained(Options, 1, one, to: 2);
        Trained(Options with { Shards = 2 }, 1, two, to: 2);
        using Checkpoint plain = Checkpoint.Read(one), cut = Checkpoint.Read(two);
        Assert.That((plain.Has("shards"), cut["shards"]), Is.EqualTo((false, "2")));
        Assert.That(cut.TensorNames, Is.EquivalentTo(plain.TensorNames));
    }

    [Test]
    public void All_ranks_end_at_the_step_in_which_one_asks()
    {
        int[] done = RankThreads.Run(4, rank =>
        {
            using var training = Begin(Options with { Shards = 4 }, rank);
            do
                training.Step(stop: rank.Rank == 2 && training.Done >= 3);
            while (!training.Stopped);
            return training.Done;
        });
        Assert.That(done, Is.All.EqualTo(4));
    }

    [Test]
    public void A_cancelled_measurement_ends_all_ranks_and_changes_nothing()
    {
        bool[] stopped = RankThreads.Run(2, rank =>
        {
            using var training = Begin(Options with { Shards = 2 }, rank);
            using var cancel = new CancellationTokenSource();
            training.Step();
            if (rank.Rank == 0)
                cancel.Cancel();
            Assert.That(() => training.Measure(cancel.Token), Throws.InstanceOf<OperationCanceledException>());
            return training.Stopped && training.History.Points.Count == 0;
        });
        Assert.That(stopped, Is.All.True);
    }

    [Test]
    public void Ranks_with_other_options_or_parameters_are_found_by_all()
    {
        var options = Options with { Shards = 2 };
        string[] start = Sentences(rank => Begin(options with { LearningRate = rank.Rank == 0 ? 0.01 : 0.02 }, rank).RequireSameRanks());
        Assert.That(start, Is.All.StartWith("Rank 1 has the options {").And.All.EndWith("(give the same options everywhere)"));
        string[] later = Sentences(rank =>
        {
            using CharacterTraining training = Begin(options, rank);
            training.RequireSameRanks();
            training.Step();
            if (rank.Rank == 1)
                training.Model.Model.Parameters["head.b"].Write<float>()[0] += 1e-6f;
            training.Measure();
        });
        Assert.That(later, Is.All.EqualTo("Rank 1 has other parameters than rank 0 after update 1, so their machines compute different "
            + "numbers (use machines of one kind with one version of libc, and check their memory)"));
    }

    private static string[] Sentences(Action<IRanks> run) => RankThreads.Run(2, rank =>
    {
        try
        {
            run(rank);
            return "";
        }
        catch (RanksException e)
        {
            return e.Message;
        }
    });

    private static double[] Losses(CharacterOptions options)
    {
        using CharacterTraining training = Begin(options, null);
        return [.. Enumerable.Range(0, 5).Select(_ => training.Step())];
    }

    private static CharacterTraining Begin(CharacterOptions options, IRanks? rank) =>
        new(Text, CellRegistry.Find("gru"), options, new ModelOptions { Threads = 1 }, rank);

    private static byte[] Trained(CharacterOptions options, int ranks)
    {
        using var folder = new TemporaryFolder();
        Trained(options, ranks, folder.File("file"), Updates);
        return File.ReadAllBytes(folder.File("file"));
    }

    private static void Trained(CharacterOptions options, int ranks, string file, int to) => RankThreads.Run(ranks, rank =>
    {
        using CharacterTraining training = Begin(options, rank);
        return Finished(training, file, to);
    });

    private static void Continued(string file, int ranks, int to) => RankThreads.Run(ranks, rank =>
    {
        using var training = CharacterTraining.Resume(file, _ => Text, new ModelOptions { Threads = 1 }, rank);
        return Finished(training, file, to);
    });

    // Measures every tenth update, as the schedule wants.
    private static bool Finished(CharacterTraining training, string file, int to)
    {
        while (training.Done < to)
        {
            training.Step();
            if (training.Done % 10 == 0)
                training.Measure();
        }

        training.Save(file);
        return true;
    }
}
