using System.Globalization;

namespace RnnJit.Charts;

internal readonly record struct Tick(double Value, string Label);

/// <summary>Range and ticks of one axis; the range ends on ticks where <c>extend</c> asks for it.</summary>
internal sealed class Axis
{
    private const int WantedTicks = 6;

    // Fewer ticks do not show a logarithmic scale; the denser set of multipliers is tried.
    private const int FewestTicks = 3;
    private const int MostTicks = 10;
    private static readonly double[][] Multipliers = [[1], [1, 2, 5], [1, 2, 3, 4, 5, 6, 7, 8, 9]];

    private readonly double low;
    private readonly double high;
    private readonly bool logarithmic;

    private Axis(double low, double high, bool logarithmic, IReadOnlyList<Tick> ticks)
    {
        this.low = low;
        this.high = high;
        this.logarithmic = logarithmic;
        Ticks = ticks;
    }

    public IReadOnlyList<Tick> Ticks { get; }

    /// <summary>Place of a value: 0 at the lower end of the range, 1 at the upper.</summary>
    public double Fraction(double value) => logarithmic
        ? Math.Log(value / low) / Math.Log(high / low)
        : (value - low) / (high - low);

    public static Axis Linear(double min, double max, bool extend)
    {
        (min, max) = Widened(min, max);
        var step = NiceStep((max - min) / WantedTicks);
        var (first, last) = (Math.Floor(min / step), Math.Ceiling(max / step));
        var ticks = Enumerable.Range(0, (int)(last - first) + 1).Select(i => (first + i) * step).ToArray();
        var (low, high) = extend ? (ticks[0], ticks[^1]) : (min, max);
        var largest = Math.Max(Math.Abs(ticks[0]), Math.Abs(ticks[^1]));
        return new Axis(low, high, false,
            [.. ticks.Where(tick => tick >= low && tick <= high).Select(tick => new Tick(tick, Label(tick, step, largest)))]);
    }

    public static Axis Logarithmic(double min, double max, bool extend)
    {
        if (max / min < 1 + 1e-6)
            (min, max) = (min / 2, max * 2);

        foreach (var multipliers in Multipliers)
        {
            var ticks = Decades(min, max, multipliers);
            if (ticks.Count(tick => tick >= min && tick <= max) < FewestTicks)
                continue;

            var (low, high) = extend ? (ticks.Last(tick => tick <= min), ticks.First(tick => tick >= max)) : (min, max);
            var shown = Thinned([.. ticks.Where(tick => tick >= low && tick <= high)]);
            return new Axis(low, high, true, [.. shown.Select(tick => new Tick(tick, Label(tick)))]);
        }

        // Less than half a decade looks linear, and so do its ticks; at such a ratio of the ends the lower one stays above zero.
        var linear = Linear(min, max, extend);
        return new Axis(linear.low, linear.high, true, linear.Ticks);
    }

    // All multiples of powers of ten from the one below min to the one above max.
    private static List<double> Decades(double min, double max, double[] multipliers)
    {
        var (first, last) = ((int)Math.Floor(Math.Log10(min)) - 1, (int)Math.Ceiling(Math.Log10(max)) + 1);
        return [.. Enumerable.Range(first, last - first + 1).SelectMany(decade => multipliers.Select(m => PowerOfTen(m, decade)))];
    }

    // Parsed, so that 10^-3 is the double nearest to 0.001.
    private static double PowerOfTen(double multiplier, int decade) =>
        double.Parse(string.Create(CultureInfo.InvariantCulture, $"{multiplier}e{decade}"), CultureInfo.InvariantCulture);

    private static IEnumerable<double> Thinned(List<double> ticks)
    {
        var stride = (ticks.Count + MostTicks - 1) / MostTicks;
        return ticks.Where((_, i) => (ticks.Count - 1 - i) % stride == 0);
    }

    // A range too narrow for its ticks to be told apart is widened around its middle.
    private static (double Min, double Max) Widened(double min, double max)
    {
        var size = Math.Max(Math.Abs(min), Math.Abs(max));
        if (max - min > 1e-9 * size)
            return (min, max);

        var margin = size == 0 ? 1 : 0.1 * size;
        return (min - margin, max + margin);
    }

    // The smallest of 1, 2, 5 times a power of ten that is not below the rough step.
    private static double NiceStep(double rough)
    {
        var decade = (int)Math.Floor(Math.Log10(rough));
        return new double[] { 1, 2, 5, 10 }.Select(m => PowerOfTen(m, decade)).First(step => step >= rough * (1 - 1e-9));
    }

    /// <summary>A value on a logarithmic axis or alone: to four decimals, or to four digits times a power of ten where
    /// it is very large or small.</summary>
    public static string Label(double value) => NeedsPower(Math.Abs(value))
        ? Scientific(value, decimals: 3)
        : value.ToString("#,0.####", CultureInfo.InvariantCulture);

    // On a linear axis all ticks have one form, with the digits that their distance needs.
    private static string Label(double value, double step, double largest)
    {
        if (NeedsPower(largest))
            return value == 0 ? "0" : Scientific(value, Decimals(step / Math.Abs(value)) + 1);

        return value.ToString($"N{Decimals(step)}", CultureInfo.InvariantCulture);
    }

    private static bool NeedsPower(double size) => size is >= 1e6 or (> 0 and < 1e-3);

    private static int Decimals(double step) => Math.Clamp((int)Math.Ceiling(-Math.Log10(step) - 1e-9), 0, 14);

    // 2.5e-5 as 2.5·10⁻⁵
    private static string Scientific(double value, int decimals)
    {
        var parts = value.ToString($"0.{new string('#', decimals)}e0", CultureInfo.InvariantCulture).Split('e');
        var exponent = string.Concat(parts[1].Select(c => c == '-' ? '⁻' : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c - '0']));
        return parts[0] switch
        {
            "1" => $"10{exponent}",
            "-1" => $"-10{exponent}",
            var mantissa => $"{mantissa}·10{exponent}",
        };
    }
}
