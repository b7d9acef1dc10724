using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace RnnJit.Charts.Tests;

internal sealed class LineChartTests
{
    [Test]
    public void Every_point_lies_within_the_plot_area()
    {
        var chart = new LineChart { Title = "t", XLabel = "x", YLabel = "y" };
        chart.Add("a", [0, 1, 2, 3], [-5, 1e3, 17, 2]);
        chart.Add("b", [0.5, 2.5], [3, 4]);

        var svg = Parse(chart.ToSvg());
        var plot = Plot(svg);
        foreach (var (x, y) in Points(svg))
        {
            Assert.That(x, Is.InRange(plot.Left, plot.Right));
            Assert.That(y, Is.InRange(plot.Top, plot.Bottom));
        }

        Assert.That(Points(svg).ToArray(), Has.Length.EqualTo(6));
    }

    [Test]
    public void Points_have_the_places_that_the_axes_give_them()
    {
        var chart = new LineChart();
        chart.Add("a", [0, 25, 100], [0, 2.5, 10]);

        var svg = Parse(chart.ToSvg());
        var plot = Plot(svg);
        var points = Points(svg).ToArray();
        Assert.That(points[1].X, Is.EqualTo(plot.Left + 0.25 * (plot.Right - plot.Left)).Within(0.011));
        Assert.That(points[1].Y, Is.EqualTo(plot.Bottom - 0.25 * (plot.Bottom - plot.Top)).Within(0.011));
    }

    [Test]
    public void Equal_ratios_are_equal_distances_on_a_logarithmic_axis()
    {
        var chart = new LineChart { LogX = true, LogY = true };
        chart.Add("a", [1, 10, 100], [0.001, 1, 1000]);

        var svg = Parse(chart.ToSvg());
        var points = Points(svg).ToArray();
        Assert.That(points[1].X - points[0].X, Is.EqualTo(points[2].X - points[1].X).Within(0.021));
        Assert.That(points[1].Y - points[0].Y, Is.EqualTo(points[2].Y - points[1].Y).Within(0.021));
        Assert.That(Texts(svg, "y tick"), Does.Contain("0.001").And.Contain("1,000"));
        Assert.That(() => chart.Add("b", [1], [0]), Throws.TypeOf<ArgumentException>().With.Message.Contains("y = 0 on a logarithmic "
            + "axis"));
    }

    [Test]
    public void Text_is_escaped()
    {
        const string text = "<a> & \"b\" \u0001 é 😀 \ud800";
        var chart = new LineChart { Title = text, XLabel = text, YLabel = text };
        chart.Add(text, [1, 2]);
        chart.Add("other", [1, 2]);

        var svg = Parse(chart.ToSvg());
        const string shown = "<a> & \"b\" \uFFFD é 😀 \uFFFD";
        Assert.That(Texts(svg, "title").Single(), Is.EqualTo(shown));
        Assert.That(Texts(svg, "x label").Single(), Is.EqualTo(shown));
        Assert.That(Texts(svg, "legend"), Is.EqualTo(new[] { shown, "other" }));
    }

    [Test]
    public void Numbers_do_not_follow_the_culture()
    {
        var chart = new LineChart { Title = "t" };
        chart.Add("a", [0.25, 0.5, 1234.5]);
        var expected = chart.ToSvg();
        var before = CultureInfo.CurrentCulture;
        try
        {
            var commas = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            commas.NumberFormat.NumberDecimalSeparator = ",";
            commas.NumberFormat.NegativeSign = "~";
            CultureInfo.CurrentCulture = commas;
            Assert.That(chart.ToSvg(), Is.EqualTo(expected));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Test]
    public void A_gap_breaks_the_line_and_a_lonely_point_gets_a_dot()
    {
        var chart = new LineChart();
        chart.Add("a", [1, 2, double.NaN, 4, double.PositiveInfinity, 6, 7]);

        var svg = Parse(chart.ToSvg());
        Assert.That(Series(svg).Single().Attribute("d")!.Value.Count(c => c == 'M'), Is.EqualTo(3));
        Assert.That(Elements(svg, "circle", "point").Count(), Is.EqualTo(1));
    }

    [TestCase(1.0), TestCase(0.0), TestCase(-3e-5), TestCase(1e300), TestCase(1e-300)]
    public void One_point_and_a_constant_series_are_drawn(double value)
    {
        foreach (var values in new double[][] { [value], [value, value, value] })
        {
            var chart = new LineChart();
            chart.Add("a", values);
            var svg = Parse(chart.ToSvg());
            var plot = Plot(svg);
            Assert.That(Points(svg).Select(p => p.Y), Is.All.InRange(plot.Top, plot.Bottom));
            Assert.That(Texts(svg, "y tick").Distinct().Count(), Is.GreaterThanOrEqualTo(3));
        }
    }

    [Test]
    public void Markers_dot_every_point()
    {
        var chart = new LineChart { Markers = true };
        chart.Add("a", [1, 2, 3]);
        Assert.That(Elements(Parse(chart.ToSvg()), "circle", "point").Count(), Is.EqualTo(3));
    }

    [Test]
    public void Twenty_series_have_twenty_styles()
    {
        var chart = new LineChart();
        for (var i = 0; i < 20; i++)
            chart.Add($"series {i}", [i, i + 1]);

        var styles =
            Series(Parse(chart.ToSvg())).Select(path => (path.Attribute("stroke")?.Value, path.Attribute("stroke-dasharray")?.Value));
        Assert.That(styles.Distinct().Count(), Is.EqualTo(20));
    }

    [Test]
    public void A_band_surrounds_its_line_and_widens_the_axis()
    {
        var chart = new LineChart { LogY = true };
        chart.AddBand("a", [1, 2, 3, 4, 5], [10, 10, 10, 10, 10], [1, 2, double.NaN, 2, 1], [100, 50, 20, 50, 1000]);
        var svg = Parse(chart.ToSvg());
        var bands = Elements(svg, "path", "band").ToArray();
        Assert.That(bands, Has.Length.EqualTo(2));
        Assert.That(bands.Select(band => band.Attribute("d")!.Value.Count(c => c is 'M' or 'L')), Is.All.EqualTo(4));
        Assert.That(bands.Select(band => band.Attribute("fill")!.Value), Is.All.EqualTo(Series(svg).Single().Attribute("stroke")!.Value));
        Assert.That(Texts(svg, "y tick"), Does.Contain("1").And.Contain("1,000"));
        double top = Plot(svg).Top;
        IEnumerable<double> heights = Regex.Matches(bands[1].Attribute("d")!.Value, "[ML][-0-9.]+ ([-0-9.]+)")
            .Select(match => double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));
        Assert.That(heights.Min(), Is.EqualTo(top).Within(0.011));
    }

    [Test]
    public void A_band_that_cannot_be_drawn_is_refused()
    {
        var chart = new LineChart { LogY = true };
        Assert.That(() => chart.AddBand("a", [1], [1], [1, 2], [1]), Throws.ArgumentException.With.Message.Contains("has 2 low and 1 "
            + "high ends, wanted 1"));
        Assert.That(() => chart.AddBand("a", [1], [1], [2], [1]), Throws.ArgumentException.With.Message.Contains("goes from 2 to 1 at "
            + "point 1"));
        Assert.That(() => chart.AddBand("a", [1], [1], [0], [1]), Throws.ArgumentException.With.Message.Contains("y = 0 on a "
            + "logarithmic axis"));
        Assert.That(chart.ToSvg, Throws.InvalidOperationException);
    }

    [Test]
    public void What_cannot_be_drawn_is_refused()
    {
        var chart = new LineChart { Title = "loss" };
        Assert.That(chart.ToSvg, Throws.InvalidOperationException.With.Message.Contains("'loss' has no finite point"));
        chart.Add("a", [double.NaN]);
        Assert.That(chart.ToSvg, Throws.InvalidOperationException);
        Assert.That(() => chart.Add("b", [1, 2], [1]), Throws.TypeOf<ArgumentException>());
        Assert.That(() => chart.Add("b", [double.MaxValue]), Throws.TypeOf<ArgumentException>());

        var small = new LineChart { Width = 50, Height = 50 };
        small.Add("a", [1, 2]);
        Assert.That(small.ToSvg, Throws.InvalidOperationException.With.Message.Contains("50 × 50"));
    }

    internal static XElement Parse(string svg) => XDocument.Parse(svg).Root!;

    internal static IEnumerable<XElement> Elements(XElement svg, string name, string kind) =>
        svg.Elements().Where(element => element.Name.LocalName == name && element.Attribute("class")?.Value == kind);

    internal static IEnumerable<string> Texts(XElement svg, string kind) => Elements(svg, "text", kind).Select(element => element.Value);

    internal static double Number(XElement element, string attribute) =>
        double.Parse(element.Attribute(attribute)!.Value, CultureInfo.InvariantCulture);

    // The grid lines span the plot area; the axis ends on ticks, so they bound it.
    internal static (double Left, double Right, double Top, double Bottom) Plot(XElement svg)
    {
        var lines = svg.Elements().Where(e => e.Name.LocalName == "line" && e.Attribute("stroke")!.Value == "#e4e7eb").ToArray();
        return (Number(lines[0], "x1"), Number(lines[0], "x2"), lines.Min(l => Number(l, "y1")), lines.Max(l => Number(l, "y1")));
    }

    private static IEnumerable<XElement> Series(XElement svg) => Elements(svg, "path", "series");

    private static IEnumerable<(double X, double Y)> Points(XElement svg) => Series(svg)
        .SelectMany(path => Regex.Matches(path.Attribute("d")!.Value, "[ML]([-0-9.]+) ([-0-9.]+)"))
        .Select(match => (double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture),
            double.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture)));
}
