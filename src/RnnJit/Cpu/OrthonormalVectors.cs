using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using RnnJit.Randomness;

namespace RnnJit.Cpu;

/// <summary>Gaussian vectors made orthonormal by modified Gram–Schmidt.</summary>
internal static class OrthonormalVectors
{
    private const int Lanes = 4;

    /// <summary><paramref name="count"/> vectors of <paramref name="length"/> ≥ count, one after the other.</summary>
    public static double[] Draw(int count, int length, RandomStream random)
    {
        var vectors = new double[checked(count * length)];
        for (var v = 0; v < count; v++)
        {
            var vector = vectors.AsSpan(v * length, length);
            do
            {
                foreach (ref var element in vector)
                    element = random.NextGaussian();
            }
            while (!Orthonormalise(vector, vectors.AsSpan(0, v * length)));
        }

        return vectors;
    }

    // Twice is enough: the second pass removes what rounding left in the first (Giraud, Langou, Rozložník 2005), unless
    // the first cancelled nearly everything.
    private static bool Orthonormalise(Span<double> vector, ReadOnlySpan<double> earlier)
    {
        var drawn = Math.Sqrt(Dot(vector, vector));
        for (var pass = 0; pass < 2; pass++)
        {
            for (var start = 0; start < earlier.Length; start += vector.Length)
            {
                var other = earlier.Slice(start, vector.Length);
                AddScaled(vector, -Dot(vector, other), other);
            }
        }

        var norm = Math.Sqrt(Dot(vector, vector));
        if (!(norm > 1e-6 * drawn))
            return false;

        foreach (ref var element in vector)
            element /= norm;
        return true;
    }

    // Four partial sums in a fixed order and no fused operation: the same result on every machine.
    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var wholeA = MemoryMarshal.Cast<double, Vector256<double>>(a);
        var wholeB = MemoryMarshal.Cast<double, Vector256<double>>(b);
        var sums = Vector256<double>.Zero;
        for (var i = 0; i < wholeA.Length; i++)
            sums += wholeA[i] * wholeB[i];

        var sum = sums[0] + sums[1] + (sums[2] + sums[3]);
        for (var i = wholeA.Length * Lanes; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }

    // y ← y + scale · x
    private static void AddScaled(Span<double> y, double scale, ReadOnlySpan<double> x)
    {
        var wholeY = MemoryMarshal.Cast<double, Vector256<double>>(y);
        var wholeX = MemoryMarshal.Cast<double, Vector256<double>>(x);
        for (var i = 0; i < wholeY.Length; i++)
            wholeY[i] += scale * wholeX[i];
        for (var i = wholeY.Length * Lanes; i < y.Length; i++)
            y[i] += scale * x[i];
    }
}
