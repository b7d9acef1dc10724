using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace RnnJit.Cli.Benchmarks;

/// <summary>Block times of a loop that only reads the clock: the scheduling noise of the machine.</summary>
/// <param name="Blocks">Number of blocks that were timed.</param>
/// <param name="Block">Seconds that a block lasts if nobody interrupts it.</param>
/// <param name="Worst">Seconds that 9,999 of 10,000 blocks stay within.</param>
/// <param name="Max">Seconds of the slowest block.</param>
internal sealed record IdleTime(int Blocks, double Block, double Worst, double Max);

/// <summary>A control for times of short blocks: a loop that only reads the clock until the block is over. Its excess time is due to the
/// host: other threads, interrupts, preemption.</summary>
internal sealed class IdleLoop(int most)
{
    private readonly double[] blocks = new double[most];
    private int count;

    /// <summary>Times blocks for a while, at least one.</summary>
    /// <param name="block">Seconds that each lasts.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(double block, double seconds)
    {
        long length = (long)(block * Stopwatch.Frequency), start = Stopwatch.GetTimestamp(),
            end = start + (long)(seconds * Stopwatch.Frequency);
        do
        {
            if (count == blocks.Length)
                return;
            long stop = Stopwatch.GetTimestamp();
            while (stop - start < length)
                stop = Stopwatch.GetTimestamp();
            blocks[count++] = (double)(stop - start) / Stopwatch.Frequency;
            start = stop;
        }
        while (start < end);
    }

    /// <summary>Of all blocks so far.</summary>
    public IdleTime Result(double block)
    {
        Array.Sort(blocks, 0, count);
        return new IdleTime(count, block, blocks[Tail.Of(count)], blocks[count - 1]);
    }
}

/// <summary>The rare slow ones among sorted times.</summary>
internal static class Tail
{
    /// <summary>The place that 9,999 of 10,000 come before or at.</summary>
    public static int Of(int count) => Math.Min(count - 1, (int)(count * 0.9999));
}
