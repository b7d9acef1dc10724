using RnnJit.Cpu;

namespace RnnJit.Cli.Limits;

/// <summary>A level of the memory hierarchy, with its capacity and read bandwidth.</summary>
/// <param name="Name">L1, L2, L3 near (a part of L3 that few addresses reach), L3 or DRAM.</param>
/// <param name="Bytes">Its capacity: of L1 and L2 for one core, of L3 for all.</param>
/// <param name="BytesPerSecond">The bandwidth of all threads together.</param>
public sealed record MemoryLevel(string Name, long Bytes, double BytesPerSecond);

/// <summary>Measured upper bounds of a machine with some threads: no program computes or reads faster.</summary>
/// <param name="VectorBits">The vectors that kernels use.</param>
/// <param name="SingleFlops">Floating-point operations per second in float32; a multiply-add counts as two.</param>
/// <param name="DoubleFlops">In float64.</param>
/// <param name="Levels">From the fastest to the largest.</param>
public sealed record MachineLimits(int Threads, int VectorBits, double SingleFlops, double DoubleFlops, IReadOnlyList<MemoryLevel> Levels)
{
    private const int Rounds = 3;

    /// <summary>Measures, which takes about seven times <paramref name="seconds"/>.</summary>
    /// <param name="threads">0: one for each core.</param>
    /// <param name="seconds">Seconds of measurement for each figure; the best round counts.</param>
    public static MachineLimits Measure(int threads = 0, double seconds = 0.1)
    {
        using var pool = new WorkerPool(threads > 0 ? threads : Environment.ProcessorCount);
        CacheSizes caches = CacheSizes.OfThisMachine;

        // Halves, because what else a core does lies there as well; main memory is what four times the largest cache is read from.
        long third = Math.Max(2 * caches.L2, caches.L3 / 2 / pool.Shares), near = Math.Min(third, 4 * caches.L2),
            main = Math.Max(4 * caches.L3 / pool.Shares, 4 * third);
        (string Name, long Holds, long Read)[] levels =
        [
            ("L1", caches.L1, caches.L1 / 2), ("L2", caches.L2, caches.L2 / 2),
            ("L3 near", Math.Min(caches.L3, 2 * near * pool.Shares), near), ("L3", caches.L3, third), ("DRAM", long.MaxValue, main),
        ];
        ReadBandwidth[] reads = [.. levels.Select(level => ReadBandwidth.Of(pool.Shares, level.Read))];
        try
        {
            // Measured in rounds, so that a short load of other processes does not distort a figure.
            var best = new double[levels.Length + 2];
            for (int round = 0; round < Rounds; round++)
            {
                double[] found = [.. reads.Select(read => read.Measure(pool, seconds / Rounds)),
                    FmaPeak.Measure<float>(pool, seconds / Rounds), FmaPeak.Measure<double>(pool, seconds / Rounds)];
                best = [.. best.Zip(found, Math.Max)];
            }

            return new MachineLimits(pool.Shares, CpuWidth.Width, best[^2], best[^1],
                [.. levels.Select((level, i) => new MemoryLevel(level.Name, level.Holds, best[i]))]);
        }
        finally
        {
            foreach (ReadBandwidth read in reads)
                read.Dispose();
        }
    }

    /// <summary>The better one of each figure, since other load can only make figures worse.</summary>
    /// <param name="other">Of the same machine, with as many threads.</param>
    /// <exception cref="ArgumentException">It is of another machine, or of another number of threads.</exception>
    public MachineLimits Best(MachineLimits other)
    {
        if (Threads != other.Threads || !Levels.Select(level => level.Name).SequenceEqual(other.Levels.Select(level => level.Name)))
            throw new ArgumentException(
                $"The limits of {other.Threads} threads and {other.Levels.Count} places in memory do not compare with those of {Threads} "
                    + $"and {Levels.Count} (measure both on one machine, with as many threads)",
                nameof(other));
        return this with
        {
            SingleFlops = Math.Max(SingleFlops, other.SingleFlops),
            DoubleFlops = Math.Max(DoubleFlops, other.DoubleFlops),
            Levels = [.. Levels.Zip(other.Levels,
                (level, found) => level with { BytesPerSecond = Math.Max(level.BytesPerSecond, found.BytesPerSecond) })],
        };
    }

    /// <summary>The least seconds to read this much once when it is read again and again, and threads share it out among their cores: from
    /// the fastest level that holds it; of what no cache holds, main memory gives what goes beyond the largest.</summary>
    public double SecondsToRead(double bytes)
    {
        MemoryLevel level = Levels.First(level => (level.Name is "L1" or "L2" ? bytes / Threads : bytes) <= level.Bytes);
        if (level != Levels[^1] || Levels.Count < 2)
            return bytes / level.BytesPerSecond;

        MemoryLevel largest = Levels[^2];
        return (largest.Bytes / largest.BytesPerSecond) + ((bytes - largest.Bytes) / level.BytesPerSecond);
    }
}
