using System.Globalization;
using System.Text;

namespace RnnJit.Charts;

/// <summary>Text whose pieces are coloured by a number each, such as the activity of one unit at each character, as HTML.</summary>
public sealed class ColouredText
{
    private readonly string[] pieces;
    private readonly double[] values;

    /// <param name="pieces">Characters or words, in order; nothing is put between them.</param>
    /// <param name="values">One for each piece; one that is not finite is grey.</param>
    /// <exception cref="ArgumentException">There is no piece, no finite value, or another count of values.</exception>
    public ColouredText(IReadOnlyList<string> pieces, ReadOnlySpan<double> values)
    {
        if (pieces.Count != values.Length)
            throw new ArgumentException($"A coloured text has {pieces.Count} pieces and {values.Length} values, wanted one value for "
                + $"each piece (give as many)");
        this.pieces = [.. pieces];
        this.values = values.ToArray();
        if (ColourScale.Of(this.values) is null)
            throw new ArgumentException($"A coloured text of {pieces.Count} pieces has no finite value (give numbers)");
    }

    /// <summary>One <c>pre</c> element; each piece is a <c>span</c> whose title is its number.</summary>
    public string ToHtml()
    {
        ColourScale scale = ColourScale.Of(values)!;
        var html = new StringBuilder("<pre class=\"coloured\">");
        for (int i = 0; i < pieces.Length; i++)
        {
            string number = values[i].ToString("0.000", CultureInfo.InvariantCulture);
            html.Append(CultureInfo.InvariantCulture, $"<span "
                + $"style=\"background:{scale.Colour(values[i])};color:{scale.Ink(values[i])}\" "
                + $"title=\"{number}\">{Svg.Escape(pieces[i])}</span>");
        }

        return html.Append("</pre>").ToString();
    }

    /// <summary>The text without colours.</summary>
    public override string ToString() => string.Concat(pieces);
}
