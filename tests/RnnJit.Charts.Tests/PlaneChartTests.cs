using static RnnJit.Charts.Tests.LineChartTests;

namespace RnnJit.Charts.Tests;

internal sealed class PlaneChartTests
{
    [Test]
    public void Points_lie_where_the_axes_say_and_those_outside_are_left_out()
    {
        var plane = new PlaneChart((-1, 1), (-1, 1));
        plane.Points("states", [(0, 0), (-1, 1), (2, 0), (double.NaN, 0)]);
        var svg = Parse(plane.ToSvg());
        var frame = Elements(svg, "rect", "plane").Single();
        string path = Elements(svg, "path", "points").Single().Attribute("d")!.Value;
        double[][] points = [.. path.Split('M')[1..].Select(point => point.Replace("h0", "").Split(' ').Select(Value).ToArray())];

        Assert.That(points, Has.Length.EqualTo(2));
        Assert.That(points[0][0], Is.EqualTo(Number(frame, "x") + Number(frame, "width") / 2).Within(0.021));
        Assert.That(points[0][1], Is.EqualTo(Number(frame, "y") + Number(frame, "height") / 2).Within(0.021));
        Assert.That(points[1][0], Is.EqualTo(Number(frame, "x")).Within(0.011));
        Assert.That(points[1][1], Is.EqualTo(Number(frame, "y")).Within(0.011));
    }

    private static double Value(string number) => double.Parse(number, System.Globalization.CultureInfo.InvariantCulture);

    [Test]
    public void Regions_cover_the_places_that_the_function_gives_them()
    {
        var plane = new PlaneChart((-1, 1), (-1, 1));
        plane.Regions(["left", "right"], (x, y) => x < 0 ? 0 : y > 0 ? 1 : -1);
        var svg = Parse(plane.ToSvg());
        double whole = Number(Elements(svg, "rect", "plane").Single(), "width") * Number(Elements(svg, "rect", "plane").Single(), "height");
        double Share(string colour) => Elements(svg, "rect", "region").Where(cell => cell.Attribute("fill")!.Value == colour)
            .Sum(cell => Number(cell, "width") * (Number(cell, "height") - 0.2)) / whole;

        Assert.That(Share("#f6e3d8"), Is.EqualTo(0.5).Within(0.01));
        Assert.That(Share("#dcebf5"), Is.EqualTo(0.25).Within(0.01));
        Assert.That(Texts(svg, "legend"), Is.EqualTo(new[] { "left", "right" }));
    }

    [Test]
    public void A_trajectory_has_arrows_and_gaps()
    {
        var plane = new PlaneChart((0, 1), (0, 1));
        plane.Trajectory("t", [(0, 0), (1, 1), (0, 1), (5, 5), (0.5, 0.5), (0.501, 0.5)]);
        var svg = Parse(plane.ToSvg());
        string path = Elements(svg, "path", "trajectory").Single().Attribute("d")!.Value;
        Assert.That(path.Count(c => c == 'M'), Is.EqualTo(2));
        Assert.That(path.Count(c => c == 'L'), Is.EqualTo(3));
        Assert.That(Elements(svg, "polygon", "head").Count(), Is.EqualTo(2));
    }

    [Test]
    public void Fixed_points_show_whether_they_attract_and_their_eigenvalues()
    {
        var plane = new PlaneChart((-1, 1), (-1, 1));
        plane.Fixed("<a>", (0, 0), attracts: true);
        plane.Fixed("b", (0.5, 0.5), attracts: false, (1, 0, -1.25), (0, 2, 0.5));
        var svg = Parse(plane.ToSvg());
        string[] fills = [.. Elements(svg, "circle", "fixed").Select(point => point.Attribute("fill")!.Value)];
        Assert.That(fills, Is.EqualTo(new[] { "#1f2933", "#ffffff" }));
        Assert.That(Texts(svg, "fixed name"), Is.EqualTo(new[] { "<a>", "b" }));
        Assert.That(Texts(svg, "eigenvalue"), Is.EqualTo(new[] { "-1.25", "0.5" }));
        var lines = Elements(svg, "line", "eigenvector").ToArray();
        Assert.That(Number(lines[0], "y1"), Is.EqualTo(Number(lines[0], "y2")));
        Assert.That(Number(lines[1], "x1"), Is.EqualTo(Number(lines[1], "x2")));
        Assert.That(Number(lines[1], "y1"), Is.Not.EqualTo(Number(lines[1], "y2")));
    }

    [Test]
    public void Eigenvectors_and_names_stay_in_the_plane()
    {
        var plane = new PlaneChart((-1, 1), (-1, 1));
        plane.Fixed("corner", (1, 1), attracts: true, (1, 1, 0.5), (-1, 1, 0.25));
        plane.Fixed("other", (-1, -1), attracts: true, (1, 0, 0.5));
        var svg = Parse(plane.ToSvg());
        var frame = Elements(svg, "rect", "plane").Single();
        double left = Number(frame, "x"), top = Number(frame, "y"), right = left + Number(frame, "width"),
            bottom = top + Number(frame, "height");
        foreach (var line in Elements(svg, "line", "eigenvector"))
        {
            Assert.That(new[] { Number(line, "x1"), Number(line, "x2") }, Is.All.InRange(left - 0.02, right + 0.02));
            Assert.That(new[] { Number(line, "y1"), Number(line, "y2") }, Is.All.InRange(top - 0.02, bottom + 0.02));
        }

        string[] sides = [.. Elements(svg, "text", "fixed name").Select(name => name.Attribute("text-anchor")!.Value)];
        Assert.That(sides, Is.EqualTo(new[] { "end", "start" }));
    }

    [Test]
    public void What_cannot_be_drawn_is_refused()
    {
        var plane = new PlaneChart((0, 1), (0, 1)) { Title = "states" };
        Assert.That(plane.ToSvg, Throws.InvalidOperationException.With.Message.Contains("'states' has no region"));
        plane.Points("p", [(2, 2)]);
        Assert.That(plane.ToSvg, Throws.InvalidOperationException);
        Assert.That(() => plane.Regions([], (_, _) => 0), Throws.ArgumentException.With.Message.Contains("0 regions, wanted 1 to 4"));
        Assert.That(() => plane.Fixed("f", (double.NaN, 0), true), Throws.ArgumentException.With.Message.Contains("wanted finite numbers"));
        Assert.That(() => plane.Fixed("f", (0, 0), true, (0, 0, 1)), Throws.ArgumentException.With.Message.Contains("has no length"));
        Assert.That(new PlaneChart((1, 1), (0, 1)).ToSvg, Throws.InvalidOperationException.With.Message.Contains("wanted finite "
            + "ascending ends"));
    }
}
