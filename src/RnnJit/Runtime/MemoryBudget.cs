using System.Globalization;
using RnnJit.Ir;

namespace RnnJit.Runtime;

/// <summary>Compares planned bytes with a limit before they are allocated.</summary>
internal static class MemoryBudget
{
    /// <summary>The limit that holds.</summary>
    /// <param name="limit">Bytes; 0: the memory available to the process.</param>
    public static long Of(long limit) => limit > 0 ? limit : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <exception cref="GraphException">RNNJ245: the limit is lower.</exception>
    /// <param name="what">Subject of the sentence, such as "The plan of 'Name'".</param>
    /// <param name="bytes">Planned; negative counts as more than any limit.</param>
    /// <param name="limit">Bytes; 0: the memory available to the process.</param>
    public static void Require(string what, long bytes, long limit)
    {
        long available = Of(limit);
        if (bytes < 0 || bytes > available)
            throw new GraphException("RNNJ245",
                $"{what} takes {Text(bytes)} of memory where {Text(available)} {(limit > 0 ? "are allowed" : "are available")} "
                    + $"(make sizes smaller{(limit > 0 ? ", or raise MemoryLimit" : "")})");
    }

    /// <summary>Bytes of a tensor of that type and shape; long.MaxValue where they are not countable.</summary>
    public static long Bytes(ElementType element, IEnumerable<int> shape)
    {
        long bytes = element == ElementType.F64 ? sizeof(double) : sizeof(float);
        foreach (int extent in shape)
        {
            if (extent < 0 || (extent > 0 && bytes > long.MaxValue / extent))
                return long.MaxValue;
            bytes *= extent;
        }

        return bytes;
    }

    /// <summary>A sum that stays at long.MaxValue.</summary>
    public static long Sum(long a, long b) => a > long.MaxValue - b ? long.MaxValue : a + b;

    private static string Text(long bytes) => bytes is < 0 or long.MaxValue
        ? "more than 2^63 bytes"
        : bytes < 1 << 20 ? string.Create(CultureInfo.InvariantCulture,
            $"{bytes} bytes") : string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1 << 20):0.0} MB");
}
