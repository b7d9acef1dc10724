using static RnnJit.Charts.Tests.LineChartTests;

namespace RnnJit.Charts.Tests;

internal sealed class BarChartTests
{
    [Test]
    public void Bars_have_heights_in_proportion_and_stand_on_zero()
    {
        var chart = new BarChart("one", "two") { Title = "t", YLabel = "y" };
        chart.Add("a", 2, 4);
        chart.Add("b", 1, -3);

        var svg = Parse(chart.ToSvg());
        var plot = Plot(svg);
        var bars = Elements(svg, "rect", "bar").ToArray();
        var unit = Number(bars[0], "height") / 2;

        // Heights are rounded to 0.01.
        Assert.That(bars.Select(bar => Number(bar, "height") / unit), Is.EqualTo(new[] { 2.0, 4, 1, 3 }).Within(0.03 / unit));
        var zero = Number(bars[0], "y") + Number(bars[0], "height");
        Assert.That(Number(bars[1], "y") + Number(bars[1], "height"), Is.EqualTo(zero).Within(0.021));
        Assert.That(Number(bars[3], "y"), Is.EqualTo(zero).Within(0.021));
        Assert.That(bars.Select(bar => Number(bar, "x")), Is.All.InRange(plot.Left, plot.Right));
        Assert.That(bars.Select(bar => Number(bar, "y")), Is.All.InRange(plot.Top, plot.Bottom));
        Assert.That(Texts(svg, "x tick"), Is.EqualTo(new[] { "one", "two" }));
        Assert.That(Texts(svg, "value"), Is.EqualTo(new[] { "2", "4", "1", "-3" }));
    }

    [Test]
    public void Bars_of_a_group_do_not_overlap()
    {
        var chart = new BarChart("one", "two", "three");
        for (var i = 0; i < 4; i++)
            chart.Add($"s{i}", 1, 2, 3);

        var bars = Elements(Parse(chart.ToSvg()), "rect", "bar").Select(bar => (Left: Number(bar, "x"), Width: Number(bar, "width")))
            .OrderBy(bar => bar.Left).ToArray();
        Assert.That(bars, Has.Length.EqualTo(12));
        for (var i = 1; i < bars.Length; i++)
            Assert.That(bars[i].Left, Is.GreaterThan(bars[i - 1].Left + bars[i - 1].Width));
    }

    [Test]
    public void A_missing_value_leaves_its_place_empty()
    {
        var chart = new BarChart("one", "two");
        chart.Add("a", double.NaN, 4);
        Assert.That(Elements(Parse(chart.ToSvg()), "rect", "bar").Count(), Is.EqualTo(1));
    }

    [TestCase(25.126, "25.1"), TestCase(0.051236, "0.0512"), TestCase(30, "30"), TestCase(12345.6, "12,346"), TestCase(2.5e7, "2.5·10⁷"),
        TestCase(0, "0")]
    public void Values_are_shown_to_three_digits(double value, string text)
    {
        var chart = new BarChart("one");
        chart.Add("a", value);
        Assert.That(Texts(Parse(chart.ToSvg()), "value").Single(), Is.EqualTo(text));

        var silent = new BarChart("one") { ShowValues = false };
        silent.Add("a", value);
        Assert.That(Texts(Parse(silent.ToSvg()), "value"), Is.Empty);
    }

    [Test]
    public void Zeros_alone_are_drawn()
    {
        var chart = new BarChart("one");
        chart.Add("a", 0);
        Assert.That(Number(Elements(Parse(chart.ToSvg()), "rect", "bar").Single(), "height"), Is.Zero);
    }

    [Test]
    public void What_cannot_be_drawn_is_refused()
    {
        var chart = new BarChart("one", "two");
        Assert.That(chart.ToSvg, Throws.InvalidOperationException);
        Assert.That(() => chart.Add("a", 1), Throws.TypeOf<ArgumentException>().With.Message.Contains("has 1 values, wanted one for "
            + "each of 2 categories"));
        Assert.That(() => chart.Add("a", 1, double.MinValue), Throws.TypeOf<ArgumentException>());
        chart.Add("a", double.NaN, double.NaN);
        Assert.That(chart.ToSvg, Throws.InvalidOperationException);
    }
}
