using static RnnJit.Charts.Tests.LineChartTests;

namespace RnnJit.Charts.Tests;

internal sealed class HeatMapTests
{
    [Test]
    public void Every_cell_has_its_place_its_colour_and_its_number()
    {
        var chart = new HeatMap(["h", "e"], ["a", "b", "c"], [0, 0.5, 1, 1, 0.25, 0]) { Title = "t", ShowValues = true };
        var svg = Parse(chart.ToSvg());
        var cells = Elements(svg, "rect", "cell").ToArray();

        Assert.That(cells, Has.Length.EqualTo(6));
        Assert.That(cells[0].Attribute("fill")!.Value, Is.EqualTo("#ffffff"));
        Assert.That(cells[2].Attribute("fill")!.Value, Is.EqualTo(cells[3].Attribute("fill")!.Value).And.Not.EqualTo("#ffffff"));
        Assert.That(Number(cells[1], "x") - Number(cells[0], "x"), Is.EqualTo(Number(cells[0], "width")).Within(0.011));
        Assert.That(Number(cells[3], "y") - Number(cells[0], "y"), Is.EqualTo(28));
        Assert.That(Texts(svg, "row"), Is.EqualTo(new[] { "h", "e" }));
        Assert.That(Texts(svg, "column"), Is.EqualTo(new[] { "a", "b", "c" }));
        Assert.That(Texts(svg, "value"), Is.EqualTo(new[] { "0.00", "0.50", "1.00", "1.00", "0.25", "0.00" }));
        Assert.That(Texts(svg, "end"), Is.EqualTo(new[] { "1", "0" }));
    }

    [Test]
    public void Negative_numbers_make_zero_white_and_both_ends_alike()
    {
        var svg = Parse(new HeatMap(["r"], ["a", "b", "c"], [-2, 0, 1]).ToSvg());
        string[] colours = [.. Elements(svg, "rect", "cell").Select(cell => cell.Attribute("fill")!.Value)];
        Assert.That(colours[1], Is.EqualTo("#ffffff"));
        Assert.That(colours[0], Is.EqualTo("#c85000"));
        Assert.That(Texts(svg, "end"), Is.EqualTo(new[] { "2", "-2" }));
    }

    [Test]
    public void Long_words_slope_and_are_escaped()
    {
        string[] words = [.. Enumerable.Range(0, 12).Select(i => $"<word & {i}>")];
        var svg = Parse(new HeatMap(["<a>"], words, new double[12]).ToSvg());
        var columns = Elements(svg, "text", "column").ToArray();
        Assert.That(columns.Select(text => text.Value), Is.EqualTo(words));
        Assert.That(columns[0].Attribute("transform")!.Value, Does.StartWith("rotate(-40 "));
        Assert.That(columns.Max(text => Number(text, "y")), Is.LessThan(Number(svg, "height")));
    }

    [Test]
    public void A_number_that_is_not_finite_is_missing()
    {
        var svg = Parse(new HeatMap(["r"], ["a", "b"], [double.NaN, 1]).ToSvg());
        Assert.That(Elements(svg, "rect", "missing").Count(), Is.EqualTo(1));
        Assert.That(Elements(svg, "rect", "cell").Count(), Is.EqualTo(1));
    }

    [Test]
    public void What_cannot_be_drawn_is_refused()
    {
        Assert.That(() => new HeatMap([], ["a"], []), Throws.ArgumentException.With.Message.Contains("0 rows and 1 columns"));
        Assert.That(() => new HeatMap(["r"], ["a"], [1, 2]), Throws.ArgumentException.With.Message.Contains("has 2 values, wanted 1"));
        Assert.That(new HeatMap(["r"], ["a"], [double.NaN]).ToSvg, Throws.InvalidOperationException.With.Message.Contains("no finite "
            + "value"));
        Assert.That(new HeatMap(["r"], ["a"], [1]) { Width = 90 }.ToSvg, Throws.InvalidOperationException.With.Message.Contains("make "
            + "it wider"));
    }
}
