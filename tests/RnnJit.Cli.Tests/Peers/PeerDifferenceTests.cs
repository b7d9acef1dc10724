using RnnJit.Cli.Peers;
using RnnJit.Runtime;

namespace RnnJit.Cli.Tests.Peers;

public class PeerDifferenceTests
{
    private static PeerDifference Between(float[] ours, float[]? theirs) =>
        PeerDifference.Between([("same", [1, 2]), ("y", ours)], name => name == "y" ? theirs : [1, 2], 1e-5);

    [Test]
    public void Equal_results_have_no_difference() => Assert.That(Between([3, 4], [3, 4]), Is.EqualTo(new PeerDifference("", 0, 0, 1e-5)));

    [Test]
    public void The_difference_is_relative_to_the_norm()
    {
        PeerDifference found = Between([3, 4], [3, 4.5f]);
        Assert.That(found, Is.EqualTo(new PeerDifference("y", 0.1, 0.5, 1e-5)));
        Assert.That(found.IsWithin, Is.False);
    }

    [Test]
    public void What_is_no_number_is_never_within() => Assert.That(Between([3, 4], [3, float.NaN]).IsWithin, Is.False);

    [Test]
    public void Missing_and_misshapen_results_are_named()
    {
        Assert.That(() => Between([3, 4], null), Throws.TypeOf<PeerException>().With.Message.EqualTo("it gives no 'y'"));
        Assert.That(() => Between([3, 4], [3]), Throws.TypeOf<PeerException>().With.Message.EqualTo("its 'y' has 1 numbers, ours 2"));
    }

    [Test]
    public void Tolerances_grow_with_steps_and_with_rounded_weights()
    {
        Assert.That(PeerDifference.ToleranceOf(64, WeightStorage.Single), Is.EqualTo(2e-5));
        Assert.That(PeerDifference.ToleranceOf(1000, WeightStorage.Single), Is.EqualTo(2e-4));
        Assert.That(PeerDifference.ToleranceOf(4000, WeightStorage.Single), Is.EqualTo(4e-4).Within(1e-12));
        Assert.That(PeerDifference.ToleranceOf(10, WeightStorage.BFloat16), Is.EqualTo(1.0 / 128));
    }
}
