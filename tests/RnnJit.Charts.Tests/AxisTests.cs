namespace RnnJit.Charts.Tests;

internal sealed class AxisTests
{
    [TestCase(0, 10, "0|2|4|6|8|10")]
    [TestCase(-1, 1, "-1.0|-0.5|0.0|0.5|1.0")]
    [TestCase(1.31, 4.2, "1.0|1.5|2.0|2.5|3.0|3.5|4.0|4.5")]
    [TestCase(0, 25000, "0|5,000|10,000|15,000|20,000|25,000")]
    [TestCase(0, 3e6, "0|5·10⁵|10⁶|1.5·10⁶|2·10⁶|2.5·10⁶|3·10⁶")]
    [TestCase(0, 3e-5, "0|5·10⁻⁶|10⁻⁵|1.5·10⁻⁵|2·10⁻⁵|2.5·10⁻⁵|3·10⁻⁵")]
    [TestCase(5, 5, "4.4|4.6|4.8|5.0|5.2|5.4|5.6")]
    public void Linear_ticks_are_round_and_hold_the_range(double min, double max, string labels) =>
        Assert.That(string.Join('|', Axis.Linear(min, max, extend: true).Ticks.Select(tick => tick.Label)), Is.EqualTo(labels));

    [TestCase(1, 1000, "1|10|100|1,000")]
    [TestCase(0.02, 3, "0.02|0.05|0.1|0.2|0.5|1|2|5")]
    [TestCase(1.3, 4.2, "1|2|3|4|5")]
    [TestCase(1e-9, 1, "10⁻⁹|10⁻⁸|10⁻⁷|10⁻⁶|10⁻⁵|10⁻⁴|0.001|0.01|0.1|1")]
    [TestCase(7, 7, "3|4|5|6|7|8|9|10|20")]
    public void Logarithmic_ticks_are_round_and_hold_the_range(double min, double max, string labels) =>
        Assert.That(string.Join('|', Axis.Logarithmic(min, max, extend: true).Ticks.Select(tick => tick.Label)), Is.EqualTo(labels));

    [Test]
    public void Any_range_has_a_few_ticks_and_places_its_ends_within(
        [Values(-12, -3, 0, 2, 9)] int decade, [Values(1.0, 1.7, 9.99)] double mantissa,
        [Values(1.001, 1.2, 3, 40, 1e6, 1e15)] double ratio,
        [Values] bool logarithmic, [Values] bool extend)
    {
        var min = mantissa * Math.Pow(10, decade);
        var max = min * ratio;
        var axis = logarithmic ? Axis.Logarithmic(min, max, extend) : Axis.Linear(min, max, extend);

        Assert.That(axis.Ticks.Count, Is.InRange(2, 13));
        Assert.That(axis.Ticks.Select(tick => tick.Label).Distinct().Count(), Is.EqualTo(axis.Ticks.Count));
        Assert.That(axis.Ticks.Select(tick => axis.Fraction(tick.Value)), Is.Ordered);
        Assert.That(axis.Ticks.Select(tick => axis.Fraction(tick.Value)), Is.All.InRange(-1e-9, 1 + 1e-9));
        Assert.That(axis.Fraction(min), Is.InRange(-1e-9, 1.0));
        Assert.That(axis.Fraction(max), Is.InRange(0.0, 1 + 1e-9));
    }
}
