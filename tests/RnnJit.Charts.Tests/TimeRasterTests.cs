using static RnnJit.Charts.Tests.LineChartTests;

namespace RnnJit.Charts.Tests;

internal sealed class TimeRasterTests
{
    [Test]
    public void Steps_of_one_colour_are_one_run()
    {
        var raster = new TimeRaster { Title = "t", Symbols = ["0", "1", "1", "0"] };
        raster.Add("x", [0, 1, 1, 0]);
        raster.Add("y", [1, 1, 1, 1]);
        var svg = Parse(raster.ToSvg());
        var runs = Elements(svg, "rect", "run").ToArray();

        Assert.That(runs, Has.Length.EqualTo(4));
        Assert.That(Number(runs[1], "width"), Is.EqualTo(2 * Number(runs[0], "width")).Within(0.021));
        Assert.That(Number(runs[3], "width"), Is.EqualTo(4 * Number(runs[0], "width")).Within(0.041));
        Assert.That(Texts(svg, "strip"), Is.EqualTo(new[] { "x", "y" }));
        Assert.That(Texts(svg, "symbol"), Is.EqualTo(new[] { "0", "1", "1", "0" }));
        Assert.That(Texts(svg, "x tick"), Is.EqualTo(new[] { "1", "2", "3", "4" }));
    }

    [Test]
    public void Symbols_without_room_are_left_out()
    {
        var raster = new TimeRaster { Symbols = [.. Enumerable.Repeat("w", 500)] };
        raster.Add("x", [.. Enumerable.Range(0, 500).Select(i => (double)i)]);
        var svg = Parse(raster.ToSvg());
        Assert.That(Texts(svg, "symbol"), Is.Empty);
        double whole = Number(Elements(svg, "rect", "frame").Single(), "width");
        Assert.That(Elements(svg, "rect", "run").Sum(run => Number(run, "width")), Is.EqualTo(whole).Within(3));
    }

    [Test]
    public void One_step_is_drawn()
    {
        var raster = new TimeRaster();
        raster.Add("<x>", [3]);
        var svg = Parse(raster.ToSvg());
        Assert.That(Texts(svg, "strip"), Is.EqualTo(new[] { "<x>" }));
        Assert.That(Texts(svg, "x tick"), Is.EqualTo(new[] { "1" }));
    }

    [Test]
    public void What_cannot_be_drawn_is_refused()
    {
        var raster = new TimeRaster { Title = "bits", Symbols = ["a", "b", "c"] };
        Assert.That(raster.ToSvg, Throws.InvalidOperationException.With.Message.Contains("'bits' has no finite value"));
        Assert.That(() => raster.Add("x", []), Throws.ArgumentException.With.Message.Contains("no time step"));
        raster.Add("x", [1, 2]);
        Assert.That(() => raster.Add("y", [1]), Throws.ArgumentException.With.Message.Contains("1 time steps, wanted 2"));
        Assert.That(raster.ToSvg, Throws.InvalidOperationException.With.Message.Contains("3 symbols for 2 time steps"));
        var narrow = new TimeRaster { Width = 40 };
        narrow.Add("a long name", [1]);
        Assert.That(narrow.ToSvg, Throws.InvalidOperationException.With.Message.Contains("leaves no room"));
    }
}
