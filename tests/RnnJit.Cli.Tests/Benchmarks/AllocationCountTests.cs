using RnnJit.Cli.Benchmarks;

namespace RnnJit.Cli.Tests.Benchmarks;

public class AllocationCountTests
{
    private byte[] kept = [];

    [Test]
    public void What_every_turn_allocates_is_counted()
    {
        var count = new AllocationCount();
        for (int turn = 0; turn < 3; turn++)
            count.Measure(() => kept = new byte[1000 * (turn + 1)]);
        Assert.That(count.Bytes, Is.InRange(3 * 1000, 3 * 1100));
    }

    [Test]
    public void What_one_turn_has_is_not_of_the_work()
    {
        var count = new AllocationCount();
        count.Measure(() => kept = new byte[1000]);
        for (int turn = 0; turn < 20; turn++)
            count.Measure(() => { });
        Assert.That(count.Bytes, Is.Zero);
    }
}
