using RnnJit.Ir;

namespace RnnJit.Contracts;

public static class Bits
{
    /// <summary>Equal bit for bit; −0 differs from 0, and a NaN is equal to itself.</summary>
    public static void AssertEqual(IReadOnlyDictionary<string, NdArray> found, IReadOnlyDictionary<string, NdArray> wanted, string what)
    {
        Assert.That(found.Keys, Is.EquivalentTo(wanted.Keys));
        foreach (var (name, value) in wanted)
            AssertEqual(found[name].Data, value.Data, $"{name}, {what}");
    }

    public static void AssertEqual(ReadOnlySpan<double> found, ReadOnlySpan<double> wanted, string what)
    {
        Assert.That(found.Length, Is.EqualTo(wanted.Length), what);
        for (int i = 0; i < found.Length; i++)
        {
            if (BitConverter.DoubleToInt64Bits(found[i]) != BitConverter.DoubleToInt64Bits(wanted[i]))
                Assert.Fail($"{what}: element {i} is {found[i]:R}, wanted {wanted[i]:R}");
        }
    }

    /// <summary>
    /// Relative L2 distance of what is finite; infinite where a number is not finite and not the same. A comparison takes NaN for less
    /// than any bound, so there is never one.
    /// </summary>
    public static double Distance(NdArray found, NdArray wanted)
    {
        double difference = 0, size = 0;
        for (int i = 0; i < wanted.Length; i++)
        {
            double x = found.Data[i], y = wanted.Data[i];
            if (double.IsFinite(x) && double.IsFinite(y))
                (difference, size) = (difference + Math.Pow(x - y, 2), size + (y * y));
            else if (!x.Equals(y))
                return double.PositiveInfinity;
        }

        return Math.Sqrt(difference / Math.Max(size, 1e-30));
    }
}
