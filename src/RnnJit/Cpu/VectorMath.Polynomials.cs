using System.Runtime.CompilerServices;
using RnnJit.Cpu.Simd;

namespace RnnJit.Cpu;

/// <summary>Argument reduction and the polynomials, fitted at the Chebyshev points of their intervals.</summary>
public static partial class VectorMath
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsSingle<T>() => typeof(T) == typeof(float);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int MantissaBits<T>() => IsSingle<T>() ? 23 : 52;

    // 1.5 · 2²³ (2⁵²): adding it leaves the nearest integer in the low bits.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Rounder<T>() => IsSingle<T>() ? 12582912.0 : 6755399441055744.0;

    // ln 2 in two parts; the first has so few bits that its product with an exponent is exact.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Ln2High<T>() => IsSingle<T>() ? 0.693145751953125 : 0.69314718048553914;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Ln2Low<T>() => IsSingle<T>() ? 1.4286068203094172e-6 : 7.4406171100123967e-11;

    /// <summary>eˣ = 2ⁿ (1 + q): x = n ln 2 + r with |r| ≤ ln 2 / 2, q = eʳ − 1 with a small relative error.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (V Q, V N) Reduce<V, T>(V x)
        where V : struct, ISimd<V, T>
        where T : unmanaged
    {
        V rounder = V.Create(Rounder<T>());
        V n = V.MultiplyAdd(x, V.Create(1.4426950408889634), rounder) - rounder;
        V r = V.MultiplyAdd(n, V.Create(-Ln2High<T>()), x);
        r = V.MultiplyAdd(n, V.Create(-Ln2Low<T>()), r);
        return (V.MultiplyAdd(r * r, ExpPolynomial<V, T>(r), r), n);
    }

    /// <summary>2ⁿ for an integer n: n + bias in the low bits, shifted into the exponent.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V PowerOfTwo<V, T>(V n)
        where V : struct, ISimd<V, T>
        where T : unmanaged =>
        V.ShiftLeft(n + V.Create(Rounder<T>() + (IsSingle<T>() ? 127 : 1023)), MantissaBits<T>());

    /// <summary>(eʳ − 1 − r) / r² on |r| ≤ ln 2 / 2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V ExpPolynomial<V, T>(V r)
        where V : struct, ISimd<V, T>
        where T : unmanaged
    {
        if (IsSingle<T>())
        {
            V p = V.MultiplyAdd(V.Create(0.000198909908246736538), r, V.Create(0.00139336499963092504));
            p = V.MultiplyAdd(p, r, V.Create(0.00833331092548090083));
            p = V.MultiplyAdd(p, r, V.Create(0.0416664649252859054));
            p = V.MultiplyAdd(p, r, V.Create(0.166666666816232314));
            return V.MultiplyAdd(p, r, V.Create(0.5));
        }

        V q = V.MultiplyAdd(V.Create(2.09146869680868772e-9), r, V.Create(2.51052170047207452e-8));
        q = V.MultiplyAdd(q, r, V.Create(2.75572736431102953e-7));
        q = V.MultiplyAdd(q, r, V.Create(2.75572554002064244e-6));
        q = V.MultiplyAdd(q, r, V.Create(2.48015873255477412e-5));
        q = V.MultiplyAdd(q, r, V.Create(0.000198412698748206253));
        q = V.MultiplyAdd(q, r, V.Create(0.00138888888888837483));
        q = V.MultiplyAdd(q, r, V.Create(0.00833333333332613513));
        q = V.MultiplyAdd(q, r, V.Create(0.0416666666666666698));
        q = V.MultiplyAdd(q, r, V.Create(0.16666666666666671));
        return V.MultiplyAdd(q, r, V.Create(0.5));
    }

    /// <summary>(2 artanh(s)/s − 2) / z as a polynomial in z = s², for |s| ≤ (√2 − 1) / (√2 + 1).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V LogPolynomial<V, T>(V z)
        where V : struct, ISimd<V, T>
        where T : unmanaged
    {
        if (IsSingle<T>())
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
