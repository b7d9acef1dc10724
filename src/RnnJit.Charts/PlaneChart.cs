using System.Text;

namespace RnnJit.Charts;

/// <summary>
/// A plane of two numbers, such as the states of two units: regions of a function, clouds of points, trajectories with their direction,
/// fixed points with
/// the directions of their eigenvectors.
/// </summary>
/// <param name="x">The range of the horizontal axis.</param>
/// <param name="y">The range of the vertical axis.</param>
public sealed class PlaneChart((double Low, double High) x, (double Low, double High) y) : IPicture
{
    // A region is sampled in cells of a grid of this many columns and rows.
    private const int Grid = 96;

    private static readonly string[] Pale = ["#f6e3d8", "#dcebf5", "#dff1ea", "#f5e8ef"];

    private readonly List<Layer> layers = [];
    private readonly List<FixedPoint> fixedPoints = [];
    private (IReadOnlyList<string> Names, Func<double, double, int> Of)? regions;

    public string Title { get; init; } = "";

    public string XLabel { get; init; } = "";

    public string YLabel { get; init; } = "";

    public int Width { get; init; } = 560;

    public int Height { get; init; } = 560;

    /// <summary>Colours the plane by the number of a region at each place.</summary>
    /// <param name="names">A name for each of at most four regions.</param>
    /// <param name="of">The number of the region at x and y, from 0; another number leaves the place white.</param>
    /// <exception cref="ArgumentException">There are more than four regions, or none.</exception>
    public void Regions(IReadOnlyList<string> names, Func<double, double, int> of)
    {
        if (names.Count is < 1 || names.Count > Pale.Length)
            throw new ArgumentException($"The plane '{Title}' has {names.Count} regions, wanted 1 to {Pale.Length} (join some)");
        regions = (names, of);
    }

    /// <summary>Adds a cloud of points; those that are not finite or outside the ranges are left out.</summary>
    public void Points(string name, IEnumerable<(double X, double Y)> points) => layers.Add(new Layer(name, [.. points], Joined: false));

    /// <summary>
    /// Adds points joined in their order, with an arrow on each way that is long enough; one that is not finite or outside the ranges
    /// leaves a gap.
    /// </summary>
    public void Trajectory(string name, IEnumerable<(double X, double Y)> points) => layers.Add(new Layer(name, [.. points], Joined: true));

    /// <summary>Adds a fixed point: filled where it attracts, hollow where it repels in some direction.</summary>
    /// <param name="eigenvectors">Directions, drawn as short lines through the point, each with its eigenvalue.</param>
    /// <exception cref="ArgumentException">The point is not finite, or a direction has no length.</exception>
    public void Fixed(
        string name, (double X, double Y) place, bool attracts, params IReadOnlyList<(double X, double Y, double Value)> eigenvectors)
    {
        if (!double.IsFinite(place.X) || !double.IsFinite(place.Y))
            throw new ArgumentException($"The fixed point '{name}' is ({place.X}, {place.Y}), wanted finite numbers (leave it out)");
        if (eigenvectors.Any(vector => !(vector.X * vector.X + vector.Y * vector.Y > 0)))
            throw new ArgumentException($"An eigenvector of the fixed point '{name}' has no length, wanted a direction (leave it out)");
        fixedPoints.Add(new FixedPoint(name, place, attracts, eigenvectors));
    }

    /// <inheritdoc/>
    public string ToSvg()
    {
        if (!(x.Low < x.High && y.Low < y.High) || !double.IsFinite(x.High - x.Low) || !double.IsFinite(y.High - y.Low))
            throw new InvalidOperationException($"The plane '{Title}' goes from {x.Low} to {x.High} and from {y.Low} to {y.High}, "
                + $"wanted finite ascending ends (change them)");
        if (regions is null && fixedPoints.Count == 0 && !layers.Any(layer => layer.Points.Any(IsInside)))
            throw new InvalidOperationException($"The plane '{Title}' has no region, no fixed point and no point inside its ranges "
                + $"among {layers.Count} layers (add some)");

        var (horizontal, vertical) = (Axis.Linear(x.Low, x.High, extend: false), Axis.Linear(y.Low, y.High, extend: false));
        var svg = new Svg(Width, Height, Title);
        var legend = layers.Select((layer, i) => new LegendEntry(layer.Name, SeriesStyle.Colour(i), Thickness: layer.Joined ? 3 : 7))
            .Concat((regions?.Names ?? []).Select((name, i) => new LegendEntry(name, Pale[i], Thickness: 14)));
        var frame = new ChartFrame(svg, new ChartLabels(Title, XLabel, YLabel), (Width, Height), [.. legend], vertical, footer: 28);
        (double X, double Y) Place((double X, double Y) point) => (frame.X(horizontal, point.X), frame.Y(point.Y));

        DrawRegions(svg, Place);
        frame.DrawHorizontalAxis(horizontal);
        svg.Line($"""<rect class="plane" x="{frame.Left}" y="{frame.Top}" width="{frame.Right - frame.Left}" """
            + $"""height="{frame.Bottom - frame.Top}" fill="none" stroke="{Svg.FaintInk}"/>""");
        for (int i = 0; i < layers.Count; i++)
            Draw(svg, layers[i], SeriesStyle.Colour(i), Place);
        foreach (FixedPoint point in fixedPoints.Where(point => IsInside(point.Place)))
            Draw(svg, point, Place);
        return svg.Finish();
    }

    private bool IsInside((double X, double Y) point) => point.X >= x.Low && point.X <= x.High && point.Y >= y.Low && point.Y <= y.High;

    // Cells side by side of one region are one rectangle.
    private void DrawRegions(Svg svg, Func<(double X, double Y), (double X, double Y)> place)
    {
        if (regions is not { } found)
            return;
        double width = (x.High - x.Low) / Grid, height = (y.High - y.Low) / Grid;
        for (int row = 0; row < Grid; row++)
        {
            double middle = y.Low + (row + 0.5) * height;
            int[] cells = [.. Enumerable.Range(0, Grid).Select(column => found.Of(x.Low + (column + 0.5) * width, middle))];
            for (int from = 0, to; from < Grid; from = to)
            {
                for (to = from + 1; to < Grid && cells[to] == cells[from];)
                    to++;
                if (cells[from] < 0 || cells[from] >= found.Names.Count)
                    continue;
                var (left, top) = place((x.Low + from * width, y.Low + (row + 1) * height));
                var (right, bottom) = place((x.Low + to * width, y.Low + row * height));
                svg.Line($"""<rect class="region" x="{left}" y="{top}" width="{right - left}" height="{bottom - top + 0.2}" """
                    + $"""fill="{Pale[cells[from]]}"/>""");
            }
        }
    }

    private void Draw(Svg svg, Layer layer, string colour, Func<(double X, double Y), (double X, double Y)> place)
    {
        var path = new StringBuilder();
        (double X, double Y)? before = null;
        foreach (var point in layer.Points)
        {
            if (!IsInside(point))
            {
                before = null;
                continue;
            }

            var at = place(point);
            path.Append(before is null || !layer.Joined ? 'M' : 'L').Append(Svg.Number(at.X)).Append(' ').Append(Svg.Number(at.Y));
            if (!layer.Joined)
                path.Append("h0");
            if (layer.Joined && before is { } from)
                Arrow.DrawHead(svg, Arrow.Middle(from, at), from, colour, shortest: 14);
            before = at;
        }

        // A line of no length with round ends is a dot; thousands of them are one element.
        if (path.Length > 0 && !layer.Joined)
            svg.Line($"""<path class="points" d="{path.ToString()}" fill="none" stroke="{colour}" """
                + $"""stroke-width="3.2" stroke-linecap="round"/>""");
        else if (path.Length > 0)
            svg.Line($"""<path class="trajectory" d="{path.ToString()}" fill="none" stroke="{colour}" stroke-width="1.5" """
                + $"""stroke-linejoin="round"/>""");
    }

    // Eigenvalues stand at the end that points towards the middle, names on the side where there is room.
    private void Draw(Svg svg, FixedPoint point, Func<(double X, double Y), (double X, double Y)> place)
    {
        var at = place(point.Place);
        var (middleX, middleY) = ((x.Low + x.High) / 2, (y.Low + y.High) / 2);
        foreach (var (dx, dy, value) in point.Eigenvectors)
        {
            double sign = dx * (middleX - point.Place.X) + dy * (middleY - point.Place.Y) < 0 ? -1 : 1;
            var (from, to) = (place(End(point.Place, -sign * dx, -sign * dy)), place(End(point.Place, sign * dx, sign * dy)));
            svg.Line($"""<line class="eigenvector" x1="{from.X}" y1="{from.Y}" x2="{to.X}" y2="{to.Y}" stroke="{Svg.Ink}" """
                + $"""stroke-width="1.2" stroke-dasharray="4 2"/>""");
            string side = to.X < at.X ? "end" : "start";
            svg.Text(to.X + (to.X < at.X ? -4 : 4), to.Y + 4, Axis.Label(Math.Round(value, 3)), 11,
                $"""class="eigenvalue" fill="{Svg.Ink}" text-anchor="{side}" """);
        }

        bool left = point.Place.X > middleX, below = point.Place.Y > middleY;
        svg.Line($"""<circle class="fixed" cx="{at.X}" cy="{at.Y}" r="4.5" fill="{(point.Attracts ? Svg.Ink : "#ffffff")}" """
            + $"""stroke="{Svg.Ink}" stroke-width="2"/>""");
        svg.Text(at.X + (left ? -9 : 9), at.Y + (below ? -9 : 30), point.Name, 12,
            $"""class="fixed name" fill="{Svg.Ink}" text-anchor="{(left ? "end" : "start")}" """);
    }

    // A step of a tenth of the plane in a direction, shorter where the plane ends.
    private (double X, double Y) End((double X, double Y) from, double dx, double dy)
    {
        const double Reach = 0.1;
        double length = Math.Sqrt(dx * dx + dy * dy);
        double stepX = Reach * (x.High - x.Low) * dx / length, stepY = Reach * (y.High - y.Low) * dy / length;
        double share = Math.Min(Share(from.X, stepX, x), Share(from.Y, stepY, y));
        return (from.X + share * stepX, from.Y + share * stepY);
    }

    private static double Share(double from, double step, (double Low, double High) range) =>
        step == 0 ? 1 : Math.Clamp(((step > 0 ? range.High : range.Low) - from) / step, 0, 1);

    private sealed record Layer(string Name, (double X, double Y)[] Points, bool Joined);

    private sealed record FixedPoint(
        string Name, (double X, double Y) Place, bool Attracts, IReadOnlyList<(double X, double Y, double Value)> Eigenvectors);
}
