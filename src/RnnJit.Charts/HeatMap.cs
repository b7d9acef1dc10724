using System.Globalization;

namespace RnnJit.Charts;

/// <summary>A matrix of numbers as coloured cells, with a word for each row and each column: attention, scores, activities.</summary>
public sealed class HeatMap : IPicture
{
    private const double Edge = 20;
    private const double TitleSize = 18;
    private const double WordSize = 12.5;
    private const double LabelSize = 14;
    private const double ScaleWidth = 70;
    private const double Slope = 40;

    private readonly string[] rows;
    private readonly string[] columns;
    private readonly double[] values;

    /// <param name="rows">A word for each row, from top to bottom.</param>
    /// <param name="columns">A word for each column, from left to right.</param>
    /// <param name="values">Row by row, [rows, columns]; a number that is not finite makes its cell grey.</param>
    /// <exception cref="ArgumentException">There are no rows, no columns, or another count of values.</exception>
    public HeatMap(IReadOnlyList<string> rows, IReadOnlyList<string> columns, ReadOnlySpan<double> values)
    {
        if (rows.Count == 0 || columns.Count == 0)
            throw new ArgumentException($"A heat map has {rows.Count} rows and {columns.Count} columns, wanted at least one of each "
                + $"(give words)");
        if (values.Length != rows.Count * columns.Count)
            throw new ArgumentException($"A heat map of {rows.Count} × {columns.Count} cells has {values.Length} values, wanted "
                + $"{rows.Count * columns.Count} (give one for each cell)");
        (this.rows, this.columns, this.values) = ([.. rows], [.. columns], values.ToArray());
    }

    public string Title { get; init; } = "";

    public string XLabel { get; init; } = "";

    public string YLabel { get; init; } = "";

    /// <summary>True to write the number of each cell into it, to two decimals, where the cell is wide enough.</summary>
    public bool ShowValues { get; init; }

    public int Width { get; init; } = 640;

    /// <summary>The height of a row.</summary>
    public int RowHeight { get; init; } = 28;

    /// <inheritdoc/>
    public string ToSvg()
    {
        ColourScale scale = ColourScale.Of(values)
            ?? throw new InvalidOperationException($"The heat map '{Title}' has no finite value among {values.Length} (give numbers)");
        double left = Edge + rows.Max(word => Svg.WidthOf(word, WordSize)) + 8 + (YLabel.Length > 0 ? LabelSize + 8 : 0);
        double cell = (Width - Edge - ScaleWidth - left) / columns.Length;
        if (cell < 2)
            throw new InvalidOperationException($"A heat map {Width} wide leaves {cell:0.0} for each of {columns.Length} columns (make "
                + $"it wider or its words shorter)");

        double longest = columns.Max(word => Svg.WidthOf(word, WordSize));
        bool sloped = longest > cell - 4;
        double top = Edge + (Title.Length > 0 ? TitleSize + 14 : 0), bottom = top + rows.Length * RowHeight;
        double footer = (sloped ? 14 + longest * Math.Sin(Slope * Math.PI / 180) : 24) + (XLabel.Length > 0 ? LabelSize + 10 : 0);
        var svg = new Svg(Width, bottom + footer + Edge, Title);
        if (Title.Length > 0)
            svg.Text(Edge, Edge + TitleSize - 2, Title, TitleSize, $"""class="title" font-weight="600" fill="{Svg.Ink}" """);
        DrawCells(svg, scale, left, top, cell);
        DrawWords(svg, left, top, cell, sloped);
        DrawLabels(svg, left, cell, top, bottom, bottom + footer);
        DrawScale(svg, scale, top, bottom);
        return svg.Finish();
    }

    private void DrawCells(Svg svg, ColourScale scale, double left, double top, double cell)
    {
        for (int r = 0; r < rows.Length; r++)
        {
            for (int c = 0; c < columns.Length; c++)
            {
                double value = values[r * columns.Length + c], x = left + c * cell, y = top + r * RowHeight;
                string kind = double.IsFinite(value) ? "cell" : "missing";
                svg.Line($"""<rect class="{kind}" x="{x}" y="{y}" width="{cell}" height="{RowHeight}" fill="{scale.Colour(value)}" """
                    + $"""stroke="{Svg.Grid}" stroke-width="0.5"/>""");
                string text = value.ToString("0.00", CultureInfo.InvariantCulture);
                if (ShowValues && double.IsFinite(value) && Svg.WidthOf(text, WordSize - 2) < cell)
                    svg.Text(x + cell / 2, y + RowHeight / 2.0 + 4, text, WordSize - 2, $"""class="value" """
                        + $"""fill="{scale.Ink(value)}" text-anchor="middle" """);
            }
        }
    }

    private void DrawWords(Svg svg, double left, double top, double cell, bool sloped)
    {
        for (int r = 0; r < rows.Length; r++)
            svg.Text(left - 8, top + (r + 0.5) * RowHeight + 4.5, rows[r], WordSize, $"""class="row" fill="{Svg.Ink}" """
                + $"""text-anchor="end" """);
        for (int c = 0; c < columns.Length; c++)
        {
            double x = left + (c + 0.5) * cell, y = top + rows.Length * RowHeight + (sloped ? 12 : 17);
            string place = sloped
                ? $"text-anchor=\"end\" transform=\"rotate(-{Svg.Number(Slope)} {Svg.Number(x)} {Svg.Number(y)})\""
                : "text-anchor=\"middle\"";
            svg.Text(x, y, columns[c], WordSize, $"""class="column" fill="{Svg.Ink}" {place}""");
        }
    }

    private void DrawLabels(Svg svg, double left, double cell, double top, double bottom, double end)
    {
        if (XLabel.Length > 0)
            svg.Text(left + cell * columns.Length / 2, end + 4, XLabel, LabelSize, $"""class="x label" fill="{Svg.Ink}" """
                + $"""text-anchor="middle" """);
        if (YLabel.Length > 0)
        {
            double x = Edge + LabelSize - 4, y = (top + bottom) / 2;
            string turned = $"transform=\"rotate(-90 {Svg.Number(x)} {Svg.Number(y)})\"";
            svg.Text(x, y, YLabel, LabelSize, $"""class="y label" fill="{Svg.Ink}" text-anchor="middle" {turned}""");
        }
    }

    // A column of colours from high to low, with the numbers at its ends.
    private void DrawScale(Svg svg, ColourScale scale, double top, double bottom)
    {
        const int Steps = 24;
        double x = Width - ScaleWidth + 10, step = (bottom - top) / Steps;
        for (int i = 0; i < Steps; i++)
        {
            double value = scale.High - (i + 0.5) / Steps * (scale.High - scale.Low);
            svg.Line($"""<rect class="scale" x="{x}" y="{top + i * step}" width="12" height="{step + 0.3}" """
                + $"""fill="{scale.Colour(value)}"/>""");
        }

        svg.Text(x + 16, top + 9, Axis.Label(scale.High), WordSize - 2, $"""class="end" fill="{Svg.FaintInk}" """);
        svg.Text(x + 16, bottom, Axis.Label(scale.Low), WordSize - 2, $"""class="end" fill="{Svg.FaintInk}" """);
    }
}
