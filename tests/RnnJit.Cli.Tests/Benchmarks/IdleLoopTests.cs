using System.Diagnostics;
using RnnJit.Cli.Benchmarks;

namespace RnnJit.Cli.Tests.Benchmarks;

public class IdleLoopTests
{
    // 1 ms, so that a loop that does not wait would make many more blocks.
    [Test]
    public void Blocks_last_as_long_as_is_said_and_fill_the_time()
    {
        var loop = new IdleLoop(1000);
        long start = Stopwatch.GetTimestamp();
        loop.Run(1e-3, 0.02);
        loop.Run(1e-3, 0.02);
        double passed = Stopwatch.GetElapsedTime(start).TotalSeconds;
        IdleTime time = loop.Result(1e-3);
        Assert.That(time.Blocks, Is.InRange(2, 40));
        Assert.That(time.Max, Is.GreaterThanOrEqualTo(1e-3 - 1e-6).And.LessThanOrEqualTo(passed));
        Assert.That(passed, Is.GreaterThanOrEqualTo(0.04 - 1e-6));
    }

    [Test]
    public void A_loop_that_is_full_stops()
    {
        var loop = new IdleLoop(3);
        loop.Run(0, 1000);
        Assert.That(loop.Result(0).Blocks, Is.EqualTo(3));
    }

    [TestCase(1, 0)]
    [TestCase(10_000, 9_999)]
    [TestCase(100_000, 99_990)]
    public void One_in_ten_thousand_is_slower(int count, int place) => Assert.That(Tail.Of(count), Is.EqualTo(place));
}
