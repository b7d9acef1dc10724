using System.Globalization;

namespace RnnJit.Charts;

/// <summary>
/// Colours of numbers: white to blue where no number is negative, else orange over white at 0 to blue, as far to both sides.
/// </summary>
internal sealed class ColourScale
{
    private static readonly (int R, int G, int B) White = (255, 255, 255), Blue = (0, 84, 140), Orange = (200, 80, 0);

    private ColourScale(double low, double high) => (Low, High) = (low, high);

    /// <summary>The smallest number that has a colour of its own.</summary>
    public double Low { get; }

    public double High { get; }

    /// <summary>The scale of the finite numbers among some.</summary>
    /// <returns>Null where none is finite.</returns>
    public static ColourScale? Of(IEnumerable<double> values)
    {
        double[] finite = [.. values.Where(double.IsFinite)];
        if (finite.Length == 0)
            return null;

        double size = finite.Max(Math.Abs);
        if (size == 0)
            size = 1;
        return finite.Min() < 0 ? new ColourScale(-size, size) : new ColourScale(0, size);
    }

    /// <summary>The colour of a number; grey where it is not finite.</summary>
    public string Colour(double value)
    {
        if (!double.IsFinite(value))
            return Svg.Grid;
        var (r, g, b) = Mixed(value);
        return string.Create(CultureInfo.InvariantCulture, $"#{r:x2}{g:x2}{b:x2}");
    }

    /// <summary>The colour of a text on <see cref="Colour"/>: dark on light, light on dark.</summary>
    public string Ink(double value)
    {
        if (!double.IsFinite(value))
            return Svg.Ink;
        var (r, g, b) = Mixed(value);
        return 0.299 * r + 0.587 * g + 0.114 * b < 140 ? "#ffffff" : Svg.Ink;
    }

    private (int R, int G, int B) Mixed(double value)
    {
        double share = Math.Clamp(Math.Abs(value) / High, 0, 1);
        var end = value < 0 ? Orange : Blue;
        int Between(int from, int to) => (int)Math.Round(from + share * (to - from));
        return (Between(White.R, end.R), Between(White.G, end.G), Between(White.B, end.B));
    }
}
