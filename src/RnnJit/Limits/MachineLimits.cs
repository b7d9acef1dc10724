using RnnJit.Cpu;

namespace RnnJit.Limits;

/// <summary>A place in memory and how fast it is read.</summary>
/// <param name="Name">L1, L2, L3 near (a part of L3 that few addresses reach), L3 or DRAM.</param>
/// <param name="Bytes">What it holds: L1 and L2 for one core, L3 for all.</param>
/// <param name="BytesPerSecond">What all threads together read from it.</param>
public sealed record MemoryLevel(string Name, long Bytes, double BytesPerSecond);

/// <summary>What a machine can do with some threads at best, measured: no program does more arithmetic or reads faster.</summary>
/// <param name="VectorBits">The vectors that kernels use.</param>
/// <param name="SingleFlops">Floating-point operations per second in float32; a multiply-add counts as two.</param>
/// <param name="DoubleFlops">In float64.</param>
/// <param name="Levels">From the fastest to the largest.</param>
public sealed record MachineLimits(int Threads, int VectorBits, double SingleFlops, double DoubleFlops, IReadOnlyList<MemoryLevel> Levels)
{
    /// <summary>Measures, which takes about seven times <paramref name="seconds"/>.</summary>
    /// <param name="threads">0: one for each core.</param>
    /// <param name="seconds">How long each of the figures is tried for; the best of it counts.</param>
    public static MachineLimits Measure(int threads = 0, double seconds = 0.1)
    {
        using var pool = new WorkerPool(threads > 0 ? threads : Environment.ProcessorCount);
        CacheSizes caches = CacheSizes.Find();

        // Halves, because what else a core does lies there as well; main memory is what four times the largest cache is read from.
        long third = Math.Max(2 * caches.L2, caches.L3 / 2 / pool.Workers), near = Math.Min(third, 4 * caches.L2), main = Math.Max(4 * caches.L3 / pool.Workers, 4 * third);
        MemoryLevel Level(string name, long holds, long read) => new(name, holds, ReadBandwidth.Measure(pool, read, seconds));
        return new MachineLimits(
            pool.Workers, CpuWidth.Width, FmaPeak.Measure<float>(pool, seconds), FmaPeak.Measure<double>(pool, seconds),
            [Level("L1", caches.L1, caches.L1 / 2), Level("L2", caches.L2, caches.L2 / 2), Level("L3 near", Math.Min(caches.L3, 2 * near * pool.Workers), near), Level("L3", caches.L3, third), Level("DRAM", long.MaxValue, main)]);
    }

    /// <summary>The fastest level that holds this much when threads share it out among their cores.</summary>
    public MemoryLevel Holding(double bytes) => Levels.First(level => (level.Name is "L1" or "L2" ? bytes / Threads : bytes) <= level.Bytes);
}
