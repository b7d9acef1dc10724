using System.Globalization;

namespace RnnJit.Charts;

/// <summary>Groups of bars, one group per category and one bar per series in it, as an SVG picture; bars begin at zero.</summary>
/// <param name="categories">Names of the groups.</param>
public sealed class BarChart(params string[] categories) : IPicture
{
    private const double Largest = 1e300;

    // Share of a group's width that stays empty beside its bars.
    private const double Gap = 0.25;
    private const double WidestBar = 90;
    private const double Slope = 30;
    private const double ValueSize = 11;

    private readonly List<(string Name, double[] Values)> series = [];

    public string Title { get; init; } = "";

    public string YLabel { get; init; } = "";

    /// <summary>
    /// True to write the value of each bar into it, to three significant digits and all whole ones, where the bar is wide enough.
    /// </summary>
    public bool ShowValues { get; init; } = true;

    public int Width { get; init; } = 800;

    public int Height { get; init; } = 480;

    /// <summary>Adds one bar to each group; a value that is not finite leaves its place empty.</summary>
    /// <exception cref="ArgumentException">There is not one value per category, or one is beyond ±1e300.</exception>
    public void Add(string name, params ReadOnlySpan<double> values)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (values.Length != categories.Length)
            throw new ArgumentException(
                $"Series '{name}' has {values.Length} values, wanted one for each of {categories.Length} categories "
                    + "(NaN where there is none)");
        foreach (var value in values)
        {
            if (double.IsFinite(value) && Math.Abs(value) > Largest)
                throw new ArgumentException($"Series '{name}' has the value {value:G3}, wanted at most {Largest:G3} in size (scale it)");
        }

        series.Add((name, values.ToArray()));
    }

    /// <summary>The picture.</summary>
    /// <exception cref="InvalidOperationException">No value is finite, or the picture is too small for its texts.</exception>
    public string ToSvg()
    {
        var values = series.SelectMany(s => s.Values).Where(double.IsFinite).ToArray();
        if (values.Length == 0)
            throw new InvalidOperationException(
                $"The chart '{Title}' has no finite value among {series.Count} series (add values before drawing)");

        var vertical = values.All(value => value == 0)
            ? Axis.Linear(0, 1, extend: true)
            : Axis.Linear(Math.Min(0, values.Min()), Math.Max(0, values.Max()), extend: true);
        var longest = categories.Max(ChartFrame.TickWidth);
        var sloped = longest > 0.7 * Width / categories.Length;
        var footer = sloped ? 24 + longest * Math.Sin(Slope * Math.PI / 180) : 28;

        var svg = new Svg(Width, Height, Title);
        var frame = new ChartFrame(svg, new ChartLabels(Title, "", YLabel), (Width, Height),
            LegendEntry.OfSeries(series.Select(s => s.Name)), vertical, footer);
        DrawCategories(frame, sloped);
        for (var i = 0; i < series.Count; i++)
            DrawBars(svg, frame, i);
        frame.DrawHorizontalLine(frame.Y(0), Svg.FaintInk);
        return svg.Finish();
    }

    private void DrawCategories(ChartFrame frame, bool sloped)
    {
        var group = (frame.Right - frame.Left) / categories.Length;
        for (var c = 0; c < categories.Length; c++)
        {
            var x = frame.Left + (c + 0.5) * group;
            if (sloped)
                frame.DrawTick(x, categories[c],
                    $"""text-anchor="end" transform="rotate(-{Svg.Number(Slope)} {Svg.Number(x)} {Svg.Number(frame.Bottom + 14)})" """);
            else
                frame.DrawTick(x, categories[c]);
        }
    }

    private void DrawBars(Svg svg, ChartFrame frame, int index)
    {
        var group = (frame.Right - frame.Left) / categories.Length;
        var width = Math.Min(group * (1 - Gap) / series.Count, WidestBar);
        for (var c = 0; c < categories.Length; c++)
        {
            var value = series[index].Values[c];
            if (!double.IsFinite(value))
                continue;

            var x = frame.Left + (c + 0.5) * group + (index - series.Count / 2.0) * width;
            var (top, bottom) = (frame.Y(Math.Max(value, 0)), frame.Y(Math.Min(value, 0)));
            svg.Line(
                $"""<rect class="bar" x="{x + 0.5}" y="{top}" width="{Math.Max(width - 1, 0.5)}" height="{bottom - top}" fill="{SeriesStyle.Colour(index)}"/>""");
            DrawValue(svg, value, x + width / 2, value < 0 ? bottom + ValueSize + 2 : top - 4, width);
        }
    }

    private void DrawValue(Svg svg, double value, double x, double y, double width)
    {
        var text = ThreeDigits(value);
        if (ShowValues && Svg.WidthOf(text, ValueSize) < width + 4)
            svg.Text(x, y, text, ValueSize, $"""class="value" fill="{Svg.Ink}" text-anchor="middle" """);
    }

    private static string ThreeDigits(double value)
    {
        if (Math.Abs(value) is not (0 or (>= 1e-3 and < 1e6)))
            return Axis.Label(value);

        var decimals = value == 0 ? 0 : Math.Max(0, 2 - (int)Math.Floor(Math.Log10(Math.Abs(value))));
        return value.ToString($"#,0.{new string('#', decimals)}", CultureInfo.InvariantCulture);
    }
}
