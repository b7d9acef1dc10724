using System.Globalization;
using System.Numerics;

namespace RnnJit.Cli;

/// <summary>Numbers on a command line: a decimal point in every locale, no group separators, finite.</summary>
internal static class NumberText
{
    public static bool TryRead<T>(string text, out T number)
        where T : INumberBase<T>
    {
        NumberStyles style = IsReal<T>() ? NumberStyles.Float : NumberStyles.Integer;
        return T.TryParse(text, style, CultureInfo.InvariantCulture, out number!) && T.IsFinite(number);
    }

    /// <summary>The number wanted and the cure, for a text that is none: <c>wanted a number such as 0.5 (change it)</c>.</summary>
    public static string Wanted<T>(string text)
        where T : INumberBase<T>
    {
        if (!IsReal<T>())
            return "wanted a whole number (change it)";
        string pointed = text.Replace(',', '.');
        return pointed != text && TryRead<T>(pointed, out _)
            ? $"wanted a decimal point in place of the comma (write {pointed.Trim()})"
            : "wanted a number such as 0.5 (change it)";
    }

    private static bool IsReal<T>() => typeof(T) == typeof(double);
}
