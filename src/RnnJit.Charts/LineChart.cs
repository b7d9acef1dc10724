namespace RnnJit.Charts;

/// <summary>Named series of points joined by lines, with a band around a line where it has one, as an SVG picture.</summary>
public sealed class LineChart : IPicture
{
    // Beyond, differences overflow.
    private const double Largest = 1e300;

    private readonly List<Series> series = [];

    public string Title { get; init; } = "";

    public string XLabel { get; init; } = "";

    public string YLabel { get; init; } = "";

    public bool LogX { get; init; }

    public bool LogY { get; init; }

    /// <summary>True to draw a dot at every point; a point without neighbours always has one.</summary>
    public bool Markers { get; init; }

    public int Width { get; init; } = 800;

    public int Height { get; init; } = 480;

    /// <summary>Adds a series; a point that is not finite leaves a gap in the line.</summary>
    /// <exception cref="ArgumentException"> x and y differ in length, a value is beyond ±1e300, or not positive on a logarithmic axis.
    /// </exception>
    public void Add(string name, ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (x.Length != y.Length)
            throw new ArgumentException($"Series '{name}' has {x.Length} x and {y.Length} y, wanted as many of each (pass points)");

        Check(name, "x", x, LogX);
        Check(name, "y", y, LogY);
        series.Add(new Series(name, x.ToArray(), y.ToArray(), null));
    }

    /// <summary>
    /// Adds a series with a band around it, for instance from the smallest to the largest of several runs; a point that is not finite
    /// leaves a gap.
    /// </summary>
    /// <exception cref="ArgumentException"> x, y, low and high differ in length, a low end is above its high end, a value is beyond ±1e300,
    /// or not positive on a logarithmic axis.
    /// </exception>
    public void AddBand(string name, ReadOnlySpan<double> x, ReadOnlySpan<double> y, ReadOnlySpan<double> low, ReadOnlySpan<double> high)
    {
        if (low.Length != y.Length || high.Length != y.Length)
            throw new ArgumentException($"The band of series '{name}' has {low.Length} low and {high.Length} high ends, wanted "
                + $"{y.Length} as there are y (give one for each point)");
        for (int i = 0; i < low.Length; i++)
        {
            if (low[i] > high[i])
                throw new ArgumentException($"The band of series '{name}' goes from {low[i]:G3} to {high[i]:G3} at point {i + 1}, "
                    + $"wanted the lower end first (swap them)");
        }

        Check(name, "y", low, LogY);
        Check(name, "y", high, LogY);
        Add(name, x, y);
        series[^1] = series[^1] with { Band = (low.ToArray(), high.ToArray()) };
    }

    /// <summary>Adds a series of values at x = 1, 2, 3, …</summary>
    /// <inheritdoc cref="Add(string, ReadOnlySpan{double}, ReadOnlySpan{double})"/>
    public void Add(string name, ReadOnlySpan<double> y) => Add(name, [.. Enumerable.Range(1, y.Length).Select(i => (double)i)], y);

    /// <summary>The picture.</summary>
    /// <exception cref="InvalidOperationException">No series has a finite point, or the picture is too small for its texts.</exception>
    public string ToSvg()
    {
        var points = series.SelectMany(s => s.FinitePoints).ToArray();
        if (points.Length == 0)
            throw new InvalidOperationException($"The chart '{Title}' has no finite point among {series.Count} series (add values "
                + $"before drawing)");

        var horizontal = Scale(LogX, points.Min(p => p.X), points.Max(p => p.X), extend: false);
        var vertical = Scale(LogY, points.Min(p => p.Y), points.Max(p => p.Y), extend: true);
        var svg = new Svg(Width, Height, Title);
        var labels = new ChartLabels(Title, XLabel, YLabel);
        var frame = new ChartFrame(svg, labels, (Width, Height), LegendEntry.OfSeries(series.Select(s => s.Name)), vertical, footer: 28);
        double X(double value) => frame.X(horizontal, value);

        frame.DrawHorizontalAxis(horizontal);
        for (var i = 0; i < series.Count; i++)
            DrawBand(svg, series[i], i, X, frame.Y);
        for (var i = 0; i < series.Count; i++)
            Draw(svg, series[i], i, X, frame.Y);
        return svg.Finish();
    }

    private static Axis Scale(bool logarithmic, double min, double max, bool extend) =>
        logarithmic ? Axis.Logarithmic(min, max, extend) : Axis.Linear(min, max, extend);

    private static void Check(string name, string axis, ReadOnlySpan<double> values, bool logarithmic)
    {
        foreach (var value in values)
        {
            if (double.IsFinite(value) && Math.Abs(value) > Largest)
                throw new ArgumentException($"Series '{name}' has {axis} = {value:G3}, wanted at most {Largest:G3} in size (scale it)");
            if (logarithmic && value is <= 0 and > double.NegativeInfinity)
                throw new ArgumentException($"Series '{name}' has {axis} = {value:G3} on a logarithmic axis, wanted a positive number "
                    + $"(use a linear axis or NaN for a gap)");
        }
    }

    // One closed path for each run of finite points: along the high ends, back along the low ones.
    private static void DrawBand(Svg svg, Series line, int index, Func<double, double> x, Func<double, double> y)
    {
        if (line.Band is not { } band)
            return;
        for (int from = 0, to; from < line.X.Length; from = to + 1)
        {
            for (to = from; to < line.X.Length && line.HasBand(to);)
                to++;
            if (to - from < 2)
                continue;

            var places = Enumerable.Range(from, to - from).Select(i => (X: x(line.X[i]), Y: y(band.High[i])))
                .Concat(Enumerable.Range(from, to - from).Reverse().Select(i => (X: x(line.X[i]), Y: y(band.Low[i]))));
            string path = "M" + string.Join('L', places.Select(place => $"{Svg.Number(place.X)} {Svg.Number(place.Y)}")) + "Z";
            svg.Line($"""<path class="band" d="{path}" fill="{SeriesStyle.Colour(index)}" fill-opacity="0.18" stroke="none"/>""");
        }
    }

    private void Draw(Svg svg, Series line, int index, Func<double, double> x, Func<double, double> y)
    {
        var colour = SeriesStyle.Colour(index);
        var path = new System.Text.StringBuilder();
        var dots = new List<(double X, double Y)>();
        for (var i = 0; i < line.X.Length; i++)
        {
            if (!line.IsFinite(i))
                continue;

            var joined = line.IsFinite(i - 1);
            path.Append(joined ? 'L' : 'M').Append(Svg.Number(x(line.X[i]))).Append(' ').Append(Svg.Number(y(line.Y[i])));
            if (Markers || (!joined && !line.IsFinite(i + 1)))
                dots.Add((x(line.X[i]), y(line.Y[i])));
        }

        svg.Line($"""<path class="series" d="{path.ToString()}" fill="none" stroke="{colour}" stroke-width="2.2" """
            + $"""stroke-linejoin="round" stroke-linecap="round" {SeriesStyle.Dash(index)}/>""");
        foreach (var dot in dots)
            svg.Line($"""<circle class="point" cx="{dot.X}" cy="{dot.Y}" r="3.6" fill="{colour}" stroke="#ffffff" stroke-width="1"/>""");
    }

    private sealed record Series(string Name, double[] X, double[] Y, (double[] Low, double[] High)? Band)
    {
        // With the ends of the band, so that the axes hold them too.
        public IEnumerable<(double X, double Y)> FinitePoints => Enumerable.Range(0, X.Length).Where(IsFinite).Select(i => (X[i], Y[i]))
            .Concat(Enumerable.Range(0, X.Length).Where(HasBand)
                .SelectMany(i => new[] { (X[i], Band!.Value.Low[i]), (X[i], Band.Value.High[i]) }));

        public bool IsFinite(int i) => i >= 0 && i < X.Length && double.IsFinite(X[i]) && double.IsFinite(Y[i]);

        public bool HasBand(int i) =>
            Band is { } band && double.IsFinite(X[i]) && double.IsFinite(band.Low[i]) && double.IsFinite(band.High[i]);
    }
}
