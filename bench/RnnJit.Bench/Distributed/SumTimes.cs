using System.Diagnostics;
using RnnJit.Cli.Benchmarks;
using RnnJit.Mpi;
using RnnJit.Training;

namespace RnnJit.Bench.Distributed;

/// <summary>The sum of the ranks' gradients, level by level, beside MPI_Allreduce of the same library, in turns.</summary>
internal static unsafe class SumTimes
{
    private const int WarmUps = 5;

    private static readonly int[] Sizes = [1 << 12, 1 << 16, 1 << 18, 1 << 20, 1 << 22, 1 << 24];

    public static void Print(MpiRanks ranks, int rounds)
    {
        var table = new TextTable("ranks", "floats", "tree, ms", "MPI_Allreduce, ms", "ratio of medians");
        foreach (int size in Sizes)
        {
            var (tree, theirs) = Measure(ranks, size, rounds);
            table.Add([$"{ranks.Count}", $"{size}", $"{tree:0.000}", $"{theirs:0.000}", $"{tree / theirs:0.00}"]);
        }

        if (ranks.Rank == 0)
            table.Print(Console.Out, markdown: true);
    }

    private static (double Tree, double Theirs) Measure(MpiRanks ranks, int size, int rounds)
    {
        MpiAbi abi = ranks.Library.Abi;
        nint Symbol(string name, nint number) => MpiAbi.Export(ranks.Library.Handle, name) is not 0 and var address ? address : number;
        bool standard = abi == MpiAbi.Standard;
        nint real = Symbol("ompi_mpi_float", standard ? 0x210 : 0x4c00040a), sum = Symbol("ompi_mpi_op_sum", standard ? 0x21 : 0x58000003);
        var allreduce = (delegate* unmanaged[Cdecl]<float*, float*, int, nint, nint, nint, int>)
            MpiAbi.Export(ranks.Library.Handle, "MPI_Allreduce");
        float[] values = GC.AllocateArray<float>(size, pinned: true), result = GC.AllocateArray<float>(size, pinned: true);
        var across = new RankSum<float>(ranks);
        List<double> tree = [], theirs = [];
        for (int round = 0; round < WarmUps + rounds; round++)
        {
            Array.Fill(values, 1f);
            double ours = Timed(ranks, () => across.Add(values, ranks.Count));
            double other = Timed(ranks, () =>
            {
                fixed (float* from = values, to = result)
                {
                    if (allreduce(from, to, size, real, sum, abi.World) != 0)
                        throw new InvalidOperationException("MPI_Allreduce failed");
                }

                SumTree.Divide(result.AsSpan(), ranks.Count);
            });
            if (values[^1] != 1 || result[^1] != 1)
                throw new InvalidOperationException($"The sums are {values[^1]} and {result[^1]}, wanted the mean 1");
            if (round < WarmUps)
                continue;
            tree.Add(ours);
            theirs.Add(other);
        }

        return (DistributedBench.Median(tree), DistributedBench.Median(theirs));
    }

    // All ranks begin together.
    private static double Timed(MpiRanks ranks, Action action)
    {
        ranks.AllGather([0], new byte[ranks.Count]);
        long start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
