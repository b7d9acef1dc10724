using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Runtime;
using RnnJit.Training;

namespace RnnJit.Tests.Training;

/// <summary>Lanes of row sums that a checkpoint names.</summary>
public class RowLanesTests
{
    private static int Lanes => BackendRegistry.Of(Device.Cpu).RowLanes(new ExecutableOptions());

    [TestCase("0")]
    [TestCase("3")]
    [TestCase("32")]
    [TestCase("2147483647")]
    public void Lanes_that_cannot_be_are_refused(string lanes) =>
        Assert.That(() => Resume(lanes, new ModelOptions()), Throws.TypeOf<CheckpointException>()
            .With.Message.EqualTo($"'file' has row_lanes = {lanes}, wanted 1, 2, 4, 8 or 16 (use another copy)"));

    [TestCase("-1")]
    [TestCase("many")]
    public void Lanes_that_are_no_number_are_refused(string lanes) =>
        Assert.That(() => Resume(lanes, new ModelOptions()),
            Throws.TypeOf<CheckpointException>().With.Message.Contains("wanted a whole number"));

    [Test]
    public void A_device_takes_the_lanes_of_the_file_where_it_has_them()
    {
        string own = Lanes.ToString(System.Globalization.CultureInfo.InvariantCulture);
        Assert.That(Resume(own, new ModelOptions()).RowLanes, Is.EqualTo(Lanes));
        Assert.That(Resume(Lanes == 1 ? "2" : "1", new ModelOptions()).RowLanes, Is.Zero, "the CPU has its own");
        Assert.That(Resume(null, new ModelOptions()).RowLanes, Is.Zero, "a file of before");
    }

    private static ModelOptions Resume(string? lanes, ModelOptions run)
    {
        using var checkpoint = new Checkpoint("file");
        if (lanes is not null)
            checkpoint[RowLanesOf.Key] = lanes;
        return RowLanesOf.Resume(checkpoint, ElementType.F32, run);
    }
}
