using System.Globalization;
using RnnJit.Jit;
using RnnJit.Mpi;

namespace RnnJit.Bench.Distributed;

/// <summary>Times of training in shards, at one process or at those that mpirun started: <c>step</c> and <c>sum</c>.</summary>
internal static class DistributedBench
{
    /// <param name="args"><c>step</c> with <c>--shards 1,4 --batch 256 --hidden 1024 --seq 25 --threads 1 --updates 10</c>, or <c>sum</c>;
    /// <c>--distributed</c> starts MPI.</param>
    /// <returns>The exit code.</returns>
    public static int Execute(string[] args)
    {
        int Number(string name, int fallback) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length
            ? int.Parse(args[at + 1], CultureInfo.InvariantCulture)
            : fallback;
        int[] shards = [.. (Array.IndexOf(args, "--shards") is >= 0 and var place ? args[place + 1] : "1,4").Split(',')
            .Select(text => int.Parse(text, CultureInfo.InvariantCulture))];
        JitKernels.Install();
        using MpiRanks? ranks = args.Contains("--distributed") ? MpiRanks.Start() : null;
        switch (args)
        {
            case ["step", ..]:
                StepTimes.Print(ranks, shards, Number("--batch", 256), Number("--hidden", 1024), Number("--seq", 25),
                    Number("--threads", 1), Number("--updates", 10));
                return 0;
            case ["sum", ..] when ranks is not null:
                SumTimes.Print(ranks, Number("--rounds", 50));
                return 0;
            default:
                Console.Error.WriteLine("distributed: wanted 'step', or 'sum --distributed' started by mpirun (see docs/benchmarks.md)");
                return 2;
        }
    }

    public static double Median(IEnumerable<double> times)
    {
        double[] sorted = [.. times.Order()];
        return sorted[sorted.Length / 2];
    }
}
