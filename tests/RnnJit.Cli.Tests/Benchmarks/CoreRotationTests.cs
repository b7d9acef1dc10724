using RnnJit.Cli.Benchmarks;
using RnnJit.Cli.Timing;

namespace RnnJit.Cli.Tests.Benchmarks;

/// <summary>The affinity of threads under rotation, on Linux with at least two cores.</summary>
public class CoreRotationTests
{
    private int[] before = [];

    [SetUp]
    public void Keep()
    {
        before = CoreRotation.Allowed();
        Assume.That(before, Has.Length.AtLeast(2));
    }

    [TearDown]
    public void Return()
    {
        if (before.Length > 0)
            CoreRotation.Move(0, before);
    }

    [Test]
    public void Each_turn_is_on_the_next_core_and_afterwards_all_are_free()
    {
        using (var cores = new CoreRotation(threads: 1))
        {
            for (int turn = 0; turn <= before.Length; turn++)
            {
                cores.Turn(turn, []);
                Assert.That(CoreRotation.Allowed(), Is.EqualTo(new[] { before[turn % before.Length] }));
            }
        }

        Assert.That(CoreRotation.Allowed(), Is.EqualTo(before));
    }

    [Test]
    public void Cores_that_the_process_was_not_given_are_left_alone()
    {
        int[] given = [before[^1]];
        CoreRotation.Move(0, given);
        using (var cores = new CoreRotation(threads: 1))
        {
            cores.Turn(0, []);
            Assert.That(CoreRotation.Allowed(), Is.EqualTo(given));
        }

        Assert.That(CoreRotation.Allowed(), Is.EqualTo(given));
    }

    [Test]
    public void Several_threads_stay_where_they_are()
    {
        using var cores = new CoreRotation(threads: 2);
        cores.Turn(1, []);
        Assert.That(CoreRotation.Allowed(), Is.EqualTo(before));
    }
}
