using System.Diagnostics;
using RnnJit.Cells;
using RnnJit.Cli.Benchmarks;
using RnnJit.Networks;
using RnnJit.Training;

namespace RnnJit.Bench.Distributed;

/// <summary>Updates of a character model with an LSTM, in different numbers of shards, in turns.</summary>
internal static class StepTimes
{
    private const int Characters = 64;

    public static void Print(IRanks? ranks, int[] shards, int batch, int hidden, int steps, int threads, int updates)
    {
        Contender[] contenders = [.. shards.Select(count => new Contender(ranks, count, batch, hidden, steps, threads))];
        foreach (Contender contender in contenders)
        {
            contender.Step();
            contender.Step();
        }

        var times = contenders.Select(_ => new List<double>()).ToArray();
        for (int update = 0; update < updates; update++)
        {
            for (int i = 0; i < contenders.Length; i++)
            {
                long start = Stopwatch.GetTimestamp();
                contenders[i].Step();
                times[i].Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        }

        var table = new TextTable("ranks", "threads", "shards", "ms, best", "ms, median", "median / first");
        for (int i = 0; i < contenders.Length; i++)
        {
            double median = DistributedBench.Median(times[i]);
            table.Add([$"{ranks?.Count ?? 1}", $"{threads}", $"{shards[i]}", $"{times[i].Min():0.0}", $"{median:0.0}",
                $"{median / DistributedBench.Median(times[0]):0.000}"]);
        }

        if (ranks is null or { Rank: 0 })
            table.Print(Console.Out, markdown: true);
        foreach (Contender contender in contenders)
            contender.Dispose();
    }

    // One shard of one process is a plain step.
    private sealed class Contender : IDisposable
    {
        private readonly Model model;
        private readonly Trainer trainer;
        private readonly ShardedStep? sharded;

        public Contender(IRanks? ranks, int shards, int batch, int hidden, int steps, int threads)
        {
            bool cut = shards > 1 || ranks is not null;
            model = new Model(CharacterNetwork.Build(CellRegistry.Find("lstm"), Characters, 1, hidden, 64, 0),
                new ModelOptions { Threads = threads });
            trainer = new Trainer(model, new TrainerOptions { CarryState = true, SplitStep = cut });
            if (cut)
                sharded = new ShardedStep(trainer, steps, batch, shards, ranks);
            else
                trainer.Bind(steps, batch);
        }

        public void Step()
        {
            if (sharded is not null)
                sharded.Run(Fill);
            else
            {
                Fill(0);
                trainer.Step();
            }
        }

        public void Dispose()
        {
            sharded?.Dispose();
            trainer.Dispose();
            model.Dispose();
        }

        private void Fill(int shard)
        {
            var random = new Random(shard);
            foreach (string name in (string[])["x", "target"])
            {
                foreach (ref int code in trainer.Input(name).Write<int>())
                    code = random.Next(Characters);
            }
        }
    }
}
