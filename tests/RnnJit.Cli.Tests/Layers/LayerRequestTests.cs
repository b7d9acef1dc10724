using RnnJit.Cells;
using RnnJit.Cli.Layers;
using RnnJit.Ir;
using RnnJit.Runtime;

namespace RnnJit.Cli.Tests.Layers;

/// <summary>A layer's title says what is not the usual.</summary>
public class LayerRequestTests
{
    private static readonly LayerRequest Usual = new(CellRegistry.Find(typeof(Lstm))) { Steps = 25, Batch = 1, Hidden = 512 };

    [Test]
    public void What_is_usual_is_not_said() => Assert.That((Usual.Title, Usual.Unusual), Is.EqualTo(("Lstm forward 25,1,512", "")));

    [TestCase(WeightStorage.BFloat16, "Lstm forward 25,1,512, weights bf16")]
    [TestCase(WeightStorage.Half, "Lstm forward 25,1,512, weights f16")]
    public void Weights_in_16_bits_are_said(WeightStorage weights, string title) =>
        Assert.That((Usual with { Weights = weights }).Title, Is.EqualTo(title));

    [Test]
    public void All_else_is_said_in_order() => Assert.That((Usual with
    {
        Training = true,
        Inputs = 3,
        Precision = ElementType.F64,
        Interval = null,
        Chunks = 4,
        Schedule = ScanSchedule.HiddenParallel,
        Without = ["merge-matmuls", "fuse"]
    }).Title, Is.EqualTo("Lstm training 25,1,512,3, f64, a checkpoint every 5 steps, 4 chunks of time, "
        + "schedule hidden, without merge-matmuls and fuse"));
}
