using System.Globalization;

namespace RnnJit.Gallery;

/// <summary>A number that a run found, beside the one that is wanted.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Wanted">What is wanted, as text; empty where the number is only reported.</param>
/// <param name="Found">What was found, as text.</param>
/// <param name="IsMet">Whether it is what is wanted.</param>
public sealed record Figure(string Name, string Wanted, string Found, bool IsMet)
{
    /// <summary>A count that has to be all of them.</summary>
    public static Figure All(string name, long found, long all) =>
        new(name, $"{Text(all)} of {Text(all)}", $"{Text(found)} of {Text(all)}", found == all);

    /// <summary>A number that has to be large enough; NaN is not.</summary>
    public static Figure AtLeast(string name, double wanted, double found) =>
        new(name, $"at least {Text(wanted)}", Text(found), found >= wanted);

    /// <summary>A number that has to be larger than another one, such as that of a baseline; NaN is not.</summary>
    public static Figure Above(string name, double baseline, double found) =>
        new(name, $"above {Text(baseline)}", Text(found), found > baseline);

    /// <summary>A number that has to be smaller than another one; NaN is not.</summary>
    public static Figure Below(string name, double baseline, double found) =>
        new(name, $"below {Text(baseline)}", Text(found), found < baseline);

    /// <summary>A number that has to be small enough; NaN is not.</summary>
    public static Figure AtMost(string name, double wanted, double found) =>
        new(name, $"at most {Text(wanted)}", Text(found), found <= wanted);

    /// <summary>A number that nothing is wanted of: a baseline, or a count that the source does not print.</summary>
    public static Figure Reported(string name, string found) => new(name, "", found, true);

    /// <summary>A number in four digits, whole ones in all.</summary>
    public static string Text(double value) => value == Math.Round(value) && Math.Abs(value) < 1e15
        ? value.ToString("0", CultureInfo.InvariantCulture)
        : value.ToString("g4", CultureInfo.InvariantCulture);

    /// <summary>A share in per cent with two decimals.</summary>
    public static string Percent(double share) => (100 * share).ToString("0.00", CultureInfo.InvariantCulture) + " %";
}
