using RnnJit.Cli.Limits;

namespace RnnJit.Cli.Tests.Limits;

public class MachineLimitsTests
{
    [Test]
    public void What_is_measured_is_plausible()
    {
        MachineLimits limits = MachineLimits.Measure(threads: 1, seconds: 0.005);
        Assert.That(limits.Threads, Is.EqualTo(1));
        Assert.That(limits.SingleFlops, Is.InRange(1e8, 1e13));
        Assert.That(limits.DoubleFlops, Is.InRange(0.2 * limits.SingleFlops, 1.2 * limits.SingleFlops));
        Assert.That(limits.Levels.Select(level => level.Name), Is.EqualTo(["L1", "L2", "L3 near", "L3", "DRAM"]));
        Assert.That(limits.Levels.Select(level => level.BytesPerSecond), Has.All.InRange(1e8, 1e14));
        Assert.That(limits.Levels.Select(level => level.Bytes), Is.Ordered);
    }

    [Test]
    public void The_better_one_of_each_figure_counts()
    {
        MachineLimits One(double flops, double cache, double main) =>
            new(1, 256, flops, 10 - flops, [new("L3", 5000, cache), new("DRAM", long.MaxValue, main)]);
        MachineLimits best = One(4, 7, 2).Best(One(3, 8, 1));
        Assert.That((best.SingleFlops, best.DoubleFlops), Is.EqualTo((4, 7)));
        Assert.That(best.Levels, Is.EqualTo([new MemoryLevel("L3", 5000, 8), new MemoryLevel("DRAM", long.MaxValue, 2)]));
        Assert.That(() => best.Best(best with { Threads = 2 }),
            Throws.ArgumentException.With.Message.StartsWith("The limits of 2 threads"));
    }

    [Test]
    public void Caches_of_cores_share_what_threads_share()
    {
        var limits =
            new MachineLimits(2, 256, 1, 1, [new("L1", 100, 4), new("L2", 1000, 3), new("L3", 5000, 2), new("DRAM", long.MaxValue, 1)]);
        Assert.That(((double[])[200, 204, 2000, 2002, 5000]).Select(limits.SecondsToRead), Is.EqualTo([50, 68, 2000 / 3.0, 1001, 2500]));
    }

    [Test]
    public void Main_memory_gives_what_no_cache_holds() =>
        Assert.That(new MachineLimits(1, 256, 1, 1, [new("L3", 5000, 2), new("DRAM", long.MaxValue, 1)]).SecondsToRead(5600),
            Is.EqualTo(2500 + 600));
}
