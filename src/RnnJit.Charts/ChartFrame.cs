namespace RnnJit.Charts;

/// <summary>The common parts of charts with axes: title, legend, vertical axis and the plot area between.</summary>
internal sealed class ChartFrame
{
    private const double Edge = 20;
    private const double TitleSize = 18;
    private const double LabelSize = 14;
    private const double TickSize = 12.5;
    private const double LegendRow = 22;
    private const double LegendKey = 26;

    private readonly Svg svg;
    private readonly Axis vertical;

    /// <param name="svg">The picture to draw in.</param>
    /// <param name="labels">Texts around the plot.</param>
    /// <param name="size">Width and height of the picture.</param>
    /// <param name="legend">An entry for each series; none is shown when there is but one.</param>
    /// <param name="vertical">The vertical axis.</param>
    /// <param name="footer">Height below the plot for ticks of the horizontal axis.</param>
    public ChartFrame(
        Svg svg, ChartLabels labels, (double Width, double Height) size, IReadOnlyList<LegendEntry> legend, Axis vertical, double footer)
    {
        this.svg = svg;
        this.vertical = vertical;
        Left = Edge + vertical.Ticks.Max(tick => Svg.WidthOf(tick.Label, TickSize)) + 8 + (labels.Y.Length > 0 ? LabelSize + 10 : 0);
        Right = size.Width - Edge - 10;
        var top = Edge;
        if (labels.Title.Length > 0)
        {
            svg.Text(Left, top + TitleSize, labels.Title, TitleSize, $"""class="title" font-weight="600" fill="{Svg.Ink}" """);
            top += TitleSize + 16;
        }

        Top = DrawLegend(legend, top) + 8;
        Bottom = size.Height - Edge - footer - (labels.X.Length > 0 ? LabelSize + 8 : 0);
        if (Right - Left < 40 || Bottom - Top < 40)
            throw new InvalidOperationException($"A picture of {size.Width} × {size.Height} leaves no room for the plot (make it "
                + $"larger or its texts shorter)");

        DrawLabels(labels, size);
        DrawVerticalAxis();
    }

    public double Left { get; }

    public double Right { get; }

    public double Top { get; }

    public double Bottom { get; }

    public double Y(double value) => Bottom - vertical.Fraction(value) * (Bottom - Top);

    /// <summary>A tick label below the plot.</summary>
    public void DrawTick(double x, string label, string attributes = "text-anchor=\"middle\"") =>
        svg.Text(x, Bottom + 20, label, TickSize, $"""class="x tick" fill="{Svg.FaintInk}" {attributes}""");

    /// <summary>The place of a value on a horizontal axis.</summary>
    public double X(Axis horizontal, double value) => Left + horizontal.Fraction(value) * (Right - Left);

    /// <summary>Marks and labels of a horizontal axis; labels that would touch the one before are left out, their marks stay.</summary>
    public void DrawHorizontalAxis(Axis horizontal)
    {
        DrawHorizontalLine(Bottom, Svg.FaintInk);
        var free = double.NegativeInfinity;
        foreach (var tick in horizontal.Ticks)
        {
            var (at, half) = (X(horizontal, tick.Value), TickWidth(tick.Label) / 2);
            svg.Line($"""<line x1="{at}" y1="{Bottom}" x2="{at}" y2="{Bottom + 5}" stroke="{Svg.FaintInk}"/>""");
            if (at - half < free)
                continue;

            DrawTick(at, tick.Label);
            free = at + half + 8;
        }
    }

    public static double TickWidth(string label) => Svg.WidthOf(label, TickSize);

    public void DrawHorizontalLine(double y, string colour) =>
        svg.Line($"""<line x1="{Left}" y1="{y}" x2="{Right}" y2="{y}" stroke="{colour}"/>""");

    private void DrawVerticalAxis()
    {
        foreach (var tick in vertical.Ticks)
        {
            DrawHorizontalLine(Y(tick.Value), Svg.Grid);
            svg.Text(Left - 8, Y(tick.Value) + 4.5, tick.Label, TickSize, $"""class="y tick" fill="{Svg.FaintInk}" text-anchor="end" """);
        }
    }

    private void DrawLabels(ChartLabels labels, (double Width, double Height) size)
    {
        if (labels.X.Length > 0)
            svg.Text((Left + Right) / 2, size.Height - Edge, labels.X, LabelSize, $"""class="x label" fill="{Svg.Ink}" """
                + $"""text-anchor="middle" """);
        if (labels.Y.Length > 0)
        {
            var (x, y) = (Svg.Number(Edge + LabelSize - 4), Svg.Number((Top + Bottom) / 2));
            svg.Text(Edge + LabelSize - 4, (Top + Bottom) / 2, labels.Y, LabelSize,
                $"""class="y label" fill="{Svg.Ink}" text-anchor="middle" transform="rotate(-90 {x} {y})" """);
        }
    }

    // In rows from left to right, each entry a short line in the series' style and its name.
    private double DrawLegend(IReadOnlyList<LegendEntry> legend, double top)
    {
        if (legend.Count < 2)
            return top;

        var (x, y) = (Left, top + LegendRow / 2);
        for (var i = 0; i < legend.Count; i++)
        {
            var (name, colour, dash, thickness) = legend[i];
            var width = LegendKey + 6 + Svg.WidthOf(name, TickSize) + 22;
            if (x > Left && x + width > Right)
                (x, y) = (Left, y + LegendRow);

            svg.Line($"""<line class="key" x1="{x}" y1="{y}" x2="{x + LegendKey}" y2="{y}" stroke="{colour}" """
                + $"""stroke-width="{thickness}" {dash}/>""");
            svg.Text(x + LegendKey + 6, y + 4.5, name, TickSize, $"""class="legend" fill="{Svg.Ink}" """);
            x += width;
        }

        return y + LegendRow / 2;
    }
}

/// <summary>Texts around a plot; an empty one takes no room.</summary>
internal sealed record ChartLabels(string Title, string X, string Y);

/// <summary>A short line in the style of a series, and its name.</summary>
internal sealed record LegendEntry(string Name, string Colour, string Dash = "", double Thickness = 4)
{
    public static IReadOnlyList<LegendEntry> OfSeries(IEnumerable<string> names) =>
        [.. names.Select((name, i) => new LegendEntry(name, SeriesStyle.Colour(i), SeriesStyle.Dash(i)))];
}
