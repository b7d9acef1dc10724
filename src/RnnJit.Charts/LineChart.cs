namespace RnnJit.Charts;

/// <summary>Named series of points joined by lines, as an SVG picture.</summary>
public sealed class LineChart
{
    // Beyond, differences overflow.
    private const double Largest = 1e300;

    private readonly List<Series> series = [];

    public string Title { get; init; } = "";

    public string XLabel { get; init; } = "";

    public string YLabel { get; init; } = "";

    public bool LogX { get; init; }

    public bool LogY { get; init; }

    /// <summary>Whether every point gets a dot; a point without neighbours always does.</summary>
    public bool Markers { get; init; }

    public int Width { get; init; } = 800;

    public int Height { get; init; } = 480;

    /// <summary>Adds a series; a point that is not finite leaves a gap in the line.</summary>
    /// <exception cref="ArgumentException">x and y differ in length, a value is beyond ±1e300, or not positive on a logarithmic axis.</exception>
    public void Add(string name, ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (x.Length != y.Length)
            throw new ArgumentException($"Series '{name}' has {x.Length} x and {y.Length} y, wanted as many of each (pass points)");

        Check(name, "x", x, LogX);
        Check(name, "y", y, LogY);
        series.Add(new Series(name, x.ToArray(), y.ToArray()));
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
            throw new InvalidOperationException($"The chart '{Title}' has no finite point among {series.Count} series (add values before drawing)");

        var horizontal = Scale(LogX, points.Min(p => p.X), points.Max(p => p.X), extend: false);
        var vertical = Scale(LogY, points.Min(p => p.Y), points.Max(p => p.Y), extend: true);
        var svg = new Svg(Width, Height, Title);
        var frame = new ChartFrame(svg, new ChartLabels(Title, XLabel, YLabel), (Width, Height), [.. series.Select(s => s.Name)], vertical, footer: 28);
        double X(double value) => frame.Left + horizontal.Fraction(value) * (frame.Right - frame.Left);

        frame.DrawHorizontalLine(frame.Bottom, Svg.FaintInk);
        DrawTicks(svg, frame, horizontal.Ticks, X);
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
                throw new ArgumentException($"Series '{name}' has {axis} = {value:G3} on a logarithmic axis, wanted a positive number (use a linear axis or NaN for a gap)");
        }
    }

    // Labels that would touch the one before are left out; their marks stay.
    private static void DrawTicks(Svg svg, ChartFrame frame, IReadOnlyList<Tick> ticks, Func<double, double> x)
    {
        var free = double.NegativeInfinity;
        foreach (var tick in ticks)
        {
            var (at, half) = (x(tick.Value), ChartFrame.TickWidth(tick.Label) / 2);
            svg.Line($"""<line x1="{at}" y1="{frame.Bottom}" x2="{at}" y2="{frame.Bottom + 5}" stroke="{Svg.FaintInk}"/>""");
            if (at - half < free)
                continue;

            frame.DrawTick(at, tick.Label);
            free = at + half + 8;
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

        svg.Line($"""<path class="series" d="{path.ToString()}" fill="none" stroke="{colour}" stroke-width="2.2" stroke-linejoin="round" stroke-linecap="round" {SeriesStyle.Dash(index)}/>""");
        foreach (var dot in dots)
            svg.Line($"""<circle class="point" cx="{dot.X}" cy="{dot.Y}" r="3.6" fill="{colour}" stroke="#ffffff" stroke-width="1"/>""");
    }

    private sealed record Series(string Name, double[] X, double[] Y)
    {
        public IEnumerable<(double X, double Y)> FinitePoints => Enumerable.Range(0, X.Length).Where(IsFinite).Select(i => (X[i], Y[i]));

        public bool IsFinite(int i) => i >= 0 && i < X.Length && double.IsFinite(X[i]) && double.IsFinite(Y[i]);
    }
}
