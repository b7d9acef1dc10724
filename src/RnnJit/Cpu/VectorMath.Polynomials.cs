using System.Runtime.CompilerServices;
using RnnJit.Cpu.Simd;

namespace RnnJit.Cpu;

/// <summary>Argument reduction and the polynomials, fitted at the Chebyshev points of their intervals.</summary>
/// <remarks>
/// The JIT limits inlining into one method by the size of the intermediate code, and a kernel holds several of these functions:
/// constants instead of helper methods, and float apart from double, keep them small.
/// </remarks>
public static unsafe partial class VectorMath
{
    // 1.5 · 2²³ (2⁵²): adding it leaves the nearest integer in the low bits.
    private const double Rounder32 = 12582912.0;
    private const double Rounder64 = 6755399441055744.0;

    // ln 2 in two parts; the first has so few bits that its product with an exponent is exact.
    private const double Ln2High32 = 0.693145751953125;
    private const double Ln2Low32 = 1.4286068203094172e-6;
    private const double Ln2High64 = 0.69314718048553914;
    private const double Ln2Low64 = 7.4406171100123967e-11;

    /// <summary>e⁻ˣ = 2ⁿ (1 − q): −x = n ln 2 − r with |r| ≤ ln 2 / 2, q = 1 − e⁻ʳ with a small relative error. An unused n or 2ⁿ costs
    /// nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Reduce<V, T>(V x, out V n, out V powerOfTwo)
        where V : struct, ISimd<V, T>
        where T : unmanaged
    {
        // The exponent's bias is in the rounder, so that the low bits hold the exponent field of 2ⁿ.
        V rounder = V.Create(sizeof(T) == 4 ? Rounder32 + 127 : Rounder64 + 1023);
        V exponent = V.MultiplyAdd(x, V.Create(-1.4426950408889634), rounder);
        powerOfTwo = V.ShiftLeft(exponent, sizeof(T) == 4 ? 23 : 52);
        n = exponent - rounder;
        V r = V.MultiplyAdd(n, V.Create(sizeof(T) == 4 ? Ln2High32 : Ln2High64), x);
        r = V.MultiplyAdd(n, V.Create(sizeof(T) == 4 ? Ln2Low32 : Ln2Low64), r);
        return V.MultiplyAdd(r * r, sizeof(T) == 4 ? Exp32<V, T>(r) : Exp64<V, T>(r), r);
    }

    /// <summary>2ⁿ for an integer n: n + bias in the low bits, shifted into the exponent.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V PowerOfTwo<V, T>(V n)
        where V : struct, ISimd<V, T>
        where T : unmanaged =>
        V.ShiftLeft(n + V.Create(sizeof(T) == 4 ? Rounder32 + 127 : Rounder64 + 1023), sizeof(T) == 4 ? 23 : 52);

    /// <summary>(1 − e⁻ʳ − r) / r² on |r| ≤ ln 2 / 2, for float.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Exp32<V, T>(V r)
        where V : struct, ISimd<V, T>
        where T : unmanaged
    {
        V p = V.MultiplyAdd(V.Create(0.000198909908246736538), r, V.Create(-0.00139336499963092504));
        p = V.MultiplyAdd(p, r, V.Create(0.00833331092548090083));
        p = V.MultiplyAdd(p, r, V.Create(-0.0416664649252859054));
        p = V.MultiplyAdd(p, r, V.Create(0.166666666816232314));
        return V.MultiplyAdd(p, r, V.Create(-0.5));
    }

    /// <summary>The same for double.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Exp64<V, T>(V r)
        where V : struct, ISimd<V, T>
        where T : unmanaged
    {
        V q = V.MultiplyAdd(V.Create(-2.09146869680868772e-9), r, V.Create(2.51052170047207452e-8));
        q = V.MultiplyAdd(q, r, V.Create(-2.75572736431102953e-7));
        q = V.MultiplyAdd(q, r, V.Create(2.75572554002064244e-6));
        q = V.MultiplyAdd(q, r, V.Create(-2.48015873255477412e-5));
        q = V.MultiplyAdd(q, r, V.Create(0.000198412698748206253));
        q = V.MultiplyAdd(q, r, V.Create(-0.00138888888888837483));
        q = V.MultiplyAdd(q, r, V.Create(0.00833333333332613513));
        q = V.MultiplyAdd(q, r, V.Create(-0.0416666666666666698));
        q = V.MultiplyAdd(q, r, V.Create(0.16666666666666671));
        return V.MultiplyAdd(q, r, V.Create(-0.5));
    }

    /// <summary>(2 artanh(s)/s − 2) / z as a polynomial in z = s², for |s| ≤ (√2 − 1) / (√2 + 1).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V LogPolynomial<V, T>(V z)
        where V : struct, ISimd<V, T>
        where T : unmanaged
    {
        if (sizeof(T) == 4)
        {
            V p = V.MultiplyAdd(V.Create(0.295800530431884421), z, V.Create(0.399887782821628077));
            return V.MultiplyAdd(p, z, V.Create(0.666666850451560291));
        }

        V q = V.MultiplyAdd(V.Create(0.14616585424888622), z, V.Create(0.153317106182107716));
        q = V.MultiplyAdd(q, z, V.Create(0.18182889455674946));
        q = V.MultiplyAdd(q, z, V.Create(0.22222211130259877));
        q = V.MultiplyAdd(q, z, V.Create(0.285714286260032687));
        q = V.MultiplyAdd(q, z, V.Create(0.399999999998994432));
        return V.MultiplyAdd(q, z, V.Create(0.666666666666666969));
    }
}
