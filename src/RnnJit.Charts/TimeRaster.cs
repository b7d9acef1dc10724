namespace RnnJit.Charts;

/// <summary>
/// Numbers of some units over many time steps, a narrow coloured strip for each unit; below, a symbol for each step where there is room.
/// </summary>
public sealed class TimeRaster : IPicture
{
    private const double Edge = 20;
    private const double TitleSize = 18;
    private const double WordSize = 12.5;
    private const double Gap = 3;
    private const double AxisHeight = 26;

    private readonly List<(string Name, double[] Values)> strips = [];

    public string Title { get; init; } = "";

    public string XLabel { get; init; } = "time step";

    /// <summary>A symbol for each step, shown below the strips where there is room; empty for none.</summary>
    public IReadOnlyList<string> Symbols { get; init; } = [];

    public int Width { get; init; } = 800;

    /// <summary>The height of a strip.</summary>
    public int StripHeight { get; init; } = 22;

    /// <summary>Adds a strip below the others.</summary>
    /// <param name="values">One for each step; one that is not finite is grey.</param>
    /// <exception cref="ArgumentException">There is no step, or another number of steps than in the strips before.</exception>
    public void Add(string name, ReadOnlySpan<double> values)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (values.Length == 0)
            throw new ArgumentException($"Strip '{name}' has no time step (give values)");
        if (strips.Count > 0 && strips[0].Values.Length != values.Length)
            throw new ArgumentException($"Strip '{name}' has {values.Length} time steps, wanted {strips[0].Values.Length} as in "
                + $"'{strips[0].Name}' (give as many)");
        strips.Add((name, values.ToArray()));
    }

    /// <inheritdoc/>
    public string ToSvg()
    {
        if (strips.Count == 0 || ColourScale.Of(strips.SelectMany(strip => strip.Values)) is not { } scale)
            throw new InvalidOperationException($"The raster '{Title}' has no finite value among {strips.Count} strips (add values "
                + $"before drawing)");
        int steps = strips[0].Values.Length;
        if (Symbols.Count != 0 && Symbols.Count != steps)
            throw new InvalidOperationException($"The raster '{Title}' has {Symbols.Count} symbols for {steps} time steps (give one "
                + $"for each step, or none)");

        double left = Edge + strips.Max(strip => Svg.WidthOf(strip.Name, WordSize)) + 8, step = (Width - Edge - left) / steps;
        if (step <= 0)
            throw new InvalidOperationException($"A raster {Width} wide leaves no room beside its names (make it wider or the names "
                + $"shorter)");

        double top = Edge + (Title.Length > 0 ? TitleSize + 12 : 0), bottom = top + strips.Count * (StripHeight + Gap);
        bool shown = Symbols.Count > 0 && Symbols.Max(symbol => Svg.WidthOf(symbol, WordSize)) < step + 2;
        double axis = bottom + (shown ? 20 : 0);
        var svg = new Svg(Width, axis + AxisHeight + (XLabel.Length > 0 ? 18 : 0) + 6, Title);
        if (Title.Length > 0)
            svg.Text(Edge, Edge + TitleSize - 2, Title, TitleSize, $"""class="title" font-weight="600" fill="{Svg.Ink}" """);
        for (int i = 0; i < strips.Count; i++)
            DrawStrip(svg, scale, i, left, top + i * (StripHeight + Gap), step);
        for (int t = 0; shown && t < steps; t++)
            svg.Text(left + (t + 0.5) * step, bottom + 13, Symbols[t], WordSize, $"""class="symbol" fill="{Svg.Ink}" """
                + $"""text-anchor="middle" """);
        DrawAxis(svg, steps, left, axis, step);
        return svg.Finish();
    }

    // Steps side by side of one colour are one rectangle.
    private void DrawStrip(Svg svg, ColourScale scale, int index, double left, double y, double step)
    {
        var (name, values) = strips[index];
        svg.Text(left - 8, y + StripHeight / 2.0 + 4.5, name, WordSize, $"""class="strip" fill="{Svg.Ink}" text-anchor="end" """);
        for (int from = 0, to; from < values.Length; from = to)
        {
            string colour = scale.Colour(values[from]);
            for (to = from + 1; to < values.Length && scale.Colour(values[to]) == colour;)
                to++;
            svg.Line($"""<rect class="run" x="{left + from * step}" y="{y}" width="{(to - from) * step}" height="{StripHeight}" """
                + $"""fill="{colour}"/>""");
        }

        svg.Line($"""<rect class="frame" x="{left}" y="{y}" width="{values.Length * step}" height="{StripHeight}" fill="none" """
            + $"""stroke="{Svg.Grid}"/>""");
    }

    // Steps are counted from 1; the first is at the left end of the axis.
    private void DrawAxis(Svg svg, int steps, double left, double y, double step)
    {
        var ticks = Axis.Linear(1, Math.Max(steps, 2), extend: false).Ticks;
        foreach (Tick tick in ticks.Where(tick => tick.Value == Math.Round(tick.Value) && tick.Value <= steps))
        {
            double x = left + (tick.Value - 0.5) * step;
            svg.Line($"""<line class="mark" x1="{x}" y1="{y}" x2="{x}" y2="{y + 4}" stroke="{Svg.FaintInk}"/>""");
            svg.Text(x, y + 17, Axis.Label(tick.Value), WordSize, $"""class="x tick" fill="{Svg.FaintInk}" text-anchor="middle" """);
        }

        if (XLabel.Length > 0)
            svg.Text(left + steps * step / 2, y + 36, XLabel, WordSize + 1, $"""class="x label" fill="{Svg.Ink}" """
                + $"""text-anchor="middle" """);
    }
}
