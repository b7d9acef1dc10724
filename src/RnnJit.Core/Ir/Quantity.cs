using System.Globalization;

namespace RnnJit.Ir;

/// <summary>Numbers of things, for texts.</summary>
internal static class Quantity
{
    /// <summary><c>1 node</c>, <c>2 nodes</c>.</summary>
    public static string Of(long count, string noun) => Of(count, noun, noun + "s");

    /// <summary><c>1 index</c>, <c>2 indices</c>.</summary>
    public static string Of(long count, string singular, string plural) =>
        count.ToString(CultureInfo.InvariantCulture) + " " + (count == 1 ? singular : plural);
}
