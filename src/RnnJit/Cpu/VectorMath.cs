using System.ComponentModel;
using System.Runtime.CompilerServices;
using RnnJit.Cpu.Simd;

namespace RnnJit.Cpu;

/// <summary>
/// exp, log, tanh and the logistic function for any vector width in float and double, without branches. Each lane goes through the same
/// operations at every width. Largest errors are stated in units in the last place (ULP) for hardware with FMA.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe partial class VectorMath
{
    /// <summary>eˣ. Overflows to ∞, underflows through the denormal numbers to 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Exp<V, T>(V x)
        where V : struct, ISimd<V, T>
        where T : unmanaged
    {
        x = V.Clamp(x, V.Create(sizeof(T) == 4 ? -104 : -746), V.Create(sizeof(T) == 4 ? 89 : 710));
        V q = Reduce<V, T>(-x, out V n, out _);

        // 2ⁿ in two factors, because n reaches past the exponents of T at both ends.
        V rounder = V.Create(sizeof(T) == 4 ? Rounder32 : Rounder64);
        V half = V.MultiplyAdd(n, V.Create(0.5), rounder) - rounder;
        return (V.Create(1) - q) * PowerOfTwo<V, T>(half) * PowerOfTwo<V, T>(n - half);
    }

    /// <summary>σ(x) = 1 / (1 + e⁻ˣ). A result below about half the smallest normal number is flushed to 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Sigmoid<V, T>(V x)
        where V : struct, ISimd<V, T>
        where T : unmanaged
    {
        V low = V.Create(sizeof(T) == 4 ? -88.3 : -709);
        V q = Reduce<V, T>(V.Clamp(x, low, V.Create(sizeof(T) == 4 ? 87 : 708)), out _, out V scale);

        // 1 + 2ⁿ (1 − q) with one rounding, or two where 2ⁿ hardly counts.
        V sigmoid = V.Create(1) / V.MultiplySubtract(scale, q, V.Create(1) + scale);
        return V.SelectLess(x, low, V.Create(0), sigmoid);
    }

    /// <summary>
    /// tanh |x| = (1 − e) / (1 + e) with e = e^(−2|x|) = 2ⁿ (1 − q), and the sign of x, so tanh ±0 = ±0. Both sums are
    /// rounded once, straight from q: the relative error stays small near 0. The negative exponent keeps the denominator in
    /// [1, 2], where its rounding is finest.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Tanh<V, T>(V x)
        where V : struct, ISimd<V, T>
        where T : unmanaged
    {
        // Beyond the bound the result rounds to ±1.
        V y = V.AtMost(V.Abs(x), V.Create(sizeof(T) == 4 ? 9.1 : 19.1));
        V q = Reduce<V, T>(y + y, out _, out V scale);
        V minus = V.MultiplyAdd(scale, q, V.Create(1) - scale);
        V plus = V.MultiplySubtract(scale, q, V.Create(1) + scale);
        return V.Or(minus / plus, V.And(x, V.Create(-0.0)));
    }

    /// <summary>ln x. ln 0 = −∞; NaN below 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Log<V, T>(V x)
        where V : struct, ISimd<V, T>
        where T : unmanaged
    {
        bool single = sizeof(T) == 4;
        int bits = single ? 23 : 52;
        V tiny = V.Create(single ? 1.17549435e-38 : 2.2250738585072014e-308);
        V normal = V.SelectLess(x, tiny, x * V.Create(single ? 0x1000000 : 0x40000000000000), x);

        // x = (1 + f) · 2ᵏ with 1 + f in [√½, √2).
        V sum = V.AddBits(normal, V.FromBits(single ? 0x3F800000 - 0x3F3504F3 : 0x3FF0000000000000 - 0x3FE6A09E667F3BCD));
        V mantissa = V.And(sum, V.FromBits((1L << bits) - 1));
        V f = V.AddBits(mantissa, V.FromBits(single ? 0x3F3504F3 : 0x3FE6A09E667F3BCD)) - V.Create(1);
        double bias = single ? 8388608.0 + 127 : 4503599627370496.0 + 1023;
        V k = V.Or(V.ShiftRight(sum, bits), V.Create(single ? 8388608.0 : 4503599627370496.0)) - V.Create(bias);
        k -= V.SelectLess(x, tiny, V.Create(single ? 24 : 54), V.Create(0));

        // ln(1 + f) = f − (f²/2 − s (f²/2 + R)), s = f / (2 + f), R = 2 artanh(s)/s − 2.
        V s = f / (f + V.Create(2));
        V square = V.Create(0.5) * f * f;
        V r = s * s * LogPolynomial<V, T>(s * s);
        V low = V.MultiplyAdd(s, square + r, k * V.Create(single ? Ln2Low32 : Ln2Low64));
        V ln = V.MultiplyAdd(k, V.Create(single ? Ln2High32 : Ln2High64), f - (square - low));

        ln = V.SelectLess(x, V.Create(0), V.Create(double.NaN), ln);
        ln = V.Select(V.Equal(x, V.Create(0)), V.Create(double.NegativeInfinity), ln);
        return V.SelectLess(x, V.Create(double.PositiveInfinity), ln, x);
    }
}
