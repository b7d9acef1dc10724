using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Xml;

namespace RnnJit.Charts;

/// <summary>Collects SVG elements, numbers in the invariant culture.</summary>
internal sealed class Svg
{
    public const string Font = "system-ui, 'Segoe UI', 'Helvetica Neue', 'DejaVu Sans', Arial, sans-serif";
    public const string Ink = "#1f2933";
    public const string FaintInk = "#52606d";
    public const string Grid = "#e4e7eb";

    private readonly StringBuilder text = new();

    public Svg(double width, double height, string title)
    {
        Line($"""<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" font-family="{Font}" role="img">""");
        Line($"""<title>{Escape(title)}</title>""");
        Line($"""<rect class="background" width="{width}" height="{height}" fill="#ffffff"/>""");
    }

    /// <summary>Adds one element; numbers with at most two decimals.</summary>
    public void Line([InterpolatedStringHandlerArgument("")] ref Handler element) => text.Append('\n');

    /// <summary>Adds one text; <paramref name="attributes"/> are written as they are.</summary>
    public void Text(double x, double y, string content, double size, string attributes = "") =>
        Line($"""<text x="{x}" y="{y}" font-size="{size}" {attributes}>{Escape(content)}</text>""");

    public string Finish() => text + "</svg>\n";

    public static string Number(double value) => Math.Round(value, 2).ToString(CultureInfo.InvariantCulture);

    /// <summary>Characters that XML reserves become references, those that it forbids U+FFFD.</summary>
    public static string Escape(string content)
    {
        var escaped = new StringBuilder(content.Length);
        foreach (var rune in content.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '&' => escaped.Append("&amp;"),
                '<' => escaped.Append("&lt;"),
                '>' => escaped.Append("&gt;"),
                '"' => escaped.Append("&quot;"),
                _ when rune.IsBmp && !XmlConvert.IsXmlChar((char)rune.Value) => escaped.Append('\uFFFD'),
                _ => escaped.Append(rune.ToString()),
            };
        }

        return escaped.ToString();
    }

    /// <summary>Estimated width: the fonts average a little over half their size per character.</summary>
    public static double WidthOf(string content, double size) => content.EnumerateRunes().Count() * size * 0.58;

    [InterpolatedStringHandler]
    public readonly ref struct Handler
    {
        private readonly StringBuilder text;

        public Handler(int literalLength, int formattedCount, Svg svg)
        {
            text = svg.text;
            text.EnsureCapacity(text.Length + literalLength + 8 * formattedCount);
        }

        public void AppendLiteral(string literal) => text.Append(literal);

        public void AppendFormatted(string value) => text.Append(value);

        public void AppendFormatted(double value) => text.Append(Number(value));
    }
}
