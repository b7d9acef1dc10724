using System.Globalization;
using RnnJit.Randomness;

namespace RnnJit.Cli.Fuzzing;

/// <summary>Random choices of mutations.</summary>
internal static class Draw
{
    private static readonly long[] Extremes =
    [
        0, 1, -1, 2, 3, 31, 255, 256, 65535, 65536, -101712, 1_000_000, int.MaxValue - 1, int.MaxValue, int.MinValue, 1L + int.MaxValue,
        uint.MaxValue, 1L << 40, long.MaxValue, long.MinValue,
    ];

    private static readonly string[] Words =
    [
        "", "0", "-1", "1e999", "NaN", "Infinity", "null", "true", "{}", "[]", "\"\"", "0x10", "1,5", "2147483648", "99999999999999999999",
        "\u0000", "\u001b[31m", "\u2028", "\u202eabc", "é\u0301", "\ud83d\ude00", "a b", "%0", "../x", "A\nB",
    ];

    public static T One<T>(this RandomStream random, IReadOnlyList<T> items) => items[random.NextInt32(items.Count)];

    public static long Extreme(this RandomStream random) => random.One(Extremes);

    /// <summary>A text that is no usual name or number.</summary>
    public static string Word(this RandomStream random) => random.One(Words);

    /// <summary>An extreme number, or a text that is none.</summary>
    public static string Number(this RandomStream random) =>
        random.NextInt32(4) == 0 ? random.Word() : random.NextInt32(4) == 0
            ? random.One(["0.5", "-0.0", "1e308", "1e-320", "nan", "inf", "-inf"])
            : random.Extreme().ToString(CultureInfo.InvariantCulture);

    /// <summary>Changes one character, or puts one in, or takes one out.</summary>
    public static string Flip(this RandomStream random, string text)
    {
        if (text.Length == 0)
            return "x";
        int at = random.NextInt32(text.Length);
        char other = (char)random.One([random.NextInt32(128), random.NextInt32(0xD800), text[random.NextInt32(text.Length)]]);
        return random.NextInt32(3) switch
        {
            0 => text[..at] + other + text[(at + 1)..],
            1 => text.Insert(at, other.ToString()),
            _ => text.Remove(at, 1),
        };
    }

    /// <summary>Any part of a text, from a character to all of it.</summary>
    public static (int Start, int Length) Part(this RandomStream random, int length)
    {
        if (length == 0)
            return (0, 0);
        int start = random.NextInt32(length);
        return (start, random.NextInt32(Math.Min(length - start, 64)) + 1);
    }
}
