using System.Diagnostics;
using System.Runtime.CompilerServices;
using RnnJit.Cpu;

namespace RnnJit.Cli.Limits;

/// <summary>Seconds of a round of work on all workers of a pool, the best of many: noise on a shared machine only ever adds.</summary>
internal static class BestRound
{
    private const int Least = 3;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Of(WorkerPool pool, IWork work, double seconds)
    {
        double best = double.MaxValue;
        long start = Stopwatch.GetTimestamp();
        for (int round = 0; round < Least || Stopwatch.GetElapsedTime(start).TotalSeconds < seconds; round++)
        {
            long begin = Stopwatch.GetTimestamp();
            pool.Run(work);
            best = Math.Min(best, Stopwatch.GetElapsedTime(begin).TotalSeconds);
        }

        return best;
    }
}
