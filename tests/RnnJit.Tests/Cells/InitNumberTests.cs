using RnnJit.Cells;
using RnnJit.Ir;

namespace RnnJit.Tests.Cells;

public class InitNumberTests
{
    private static readonly TensorType Row = new(ElementType.F32, "B", "H");

    private static Port Port(string init, PortRole role = PortRole.Input) => new("m", Row, role) { Init = init };

    [TestCase("dropout 0,2", "it holds '0,2', wanted a number with a decimal point such as 0.5 (change it)")]
    [TestCase("zoneout NaN", "it holds 'NaN', wanted a number with a decimal point")]
    public void A_mask_without_a_rate_is_refused(string init, string sentence) =>
        Assert.That(() => MaskPort.Law(Port(init)),
            Throws.TypeOf<GraphException>().With.Message.Contains(sentence).And.Message.Contains("'m'"));

    [Test]
    public void A_mask_whose_rate_is_no_probability_is_refused() =>
        Assert.That(() => MaskPort.Law(Port("dropout 1")),
            Throws.TypeOf<GraphException>().With.Message.Contains("wanted at least 0 and below 1"));

    [TestCase("running 0,5")]
    [TestCase("running x for 3")]
    public void A_running_statistic_without_a_start_is_refused(string init) =>
        Assert.That(() => RunningPort.Start(Port(init, PortRole.Parameter)),
            Throws.TypeOf<GraphException>().With.Message.Contains("wanted a number with a decimal point"));

    [TestCase("running 0")]
    [TestCase("running 0 for 1,000")]
    [TestCase("running 0 for -1")]
    public void A_running_statistic_of_steps_without_their_number_is_refused(string init) =>
        Assert.That(() => RunningPort.Steps(Port(init)),
            Throws.TypeOf<GraphException>().With.Message.Contains("wanted a whole number of at least 1"));

    [Test]
    public void Numbers_of_ours_are_read_back()
    {
        Assert.That(MaskPort.Law(Port(MaskPort.Dropout("m", 0.25))).Rate, Is.EqualTo(0.25));
        Assert.That(RunningPort.Start(Port(RunningPort.Init(1e-5, 7))), Is.EqualTo(1e-5));
        Assert.That(RunningPort.Steps(Port(RunningPort.Init(1e-5, 7))), Is.EqualTo(7));
    }
}
