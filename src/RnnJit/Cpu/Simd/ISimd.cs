using System.ComponentModel;

namespace RnnJit.Cpu.Simd;

/// <summary>
/// A vector <typeparamref name="V"/> of elements <typeparamref name="T"/>. Kernels are written once against this interface and compiled by
/// the runtime for every width and precision; nothing is dispatched at run time.
/// </summary>
/// <remarks>
/// Every member acts lane by lane with the same rounding at every width, so a result does not depend on the width, given the same answer of
/// <see cref="HasFma"/>. The exceptions are the horizontal <see cref="Sum"/> and <see cref="Max(V)"/>, whose order is fixed for each width.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface ISimd<V, T>
    where V : struct, ISimd<V, T>
    where T : unmanaged
{
    /// <summary>Number of lanes.</summary>
    static abstract int Count { get; }

    /// <summary>True where <see cref="MultiplyAdd"/> rounds once, in hardware. Else it multiplies, then adds: two roundings.</summary>
    static abstract bool HasFma { get; }

    /// <summary>0, 1, 2, … in the lanes.</summary>
    static abstract V Iota { get; }

    static abstract V operator +(V a, V b);

    static abstract V operator -(V a, V b);

    static abstract V operator *(V a, V b);

    static abstract V operator /(V a, V b);

    static abstract V operator -(V a);

    /// <summary>The constant, rounded to T, in every lane.</summary>
    static abstract V Create(double value);

    static abstract V Broadcast(T value);

    /// <summary>The bit pattern in every lane; for float its lower 32 bits.</summary>
    static abstract V FromBits(long bits);

    /// <summary>Unaligned load of p[offset], p[offset + 1], ….</summary>
    static abstract V Load(ref T p, nint offset);

    static abstract void Store(V value, ref T p, nint offset);

    /// <summary>The first n elements, 0 in the other lanes. Memory past n elements is not touched.</summary>
    static abstract V LoadPartial(ref T p, nint offset, int n);

    /// <summary>Writes the first n lanes. Memory past n elements is not touched.</summary>
    static abstract void StorePartial(V value, ref T p, nint offset, int n);

    /// <summary>a · b + c.</summary>
    static abstract V MultiplyAdd(V a, V b, V c);

    /// <summary>sum = <see cref="MultiplyAdd"/>(a, b, sum), where it stands: given a result to assign, the JIT puts it into the register of
    /// the last factor, and every chain moves.</summary>
    static abstract void AddProduct(ref V sum, V a, V b);

    /// <summary>c − a · b.</summary>
    static abstract V MultiplySubtract(V a, V b, V c);

    /// <summary>IEEE 754 minimum: NaN if either is NaN, −0 below +0.</summary>
    static abstract V Min(V a, V b);

    /// <summary>IEEE 754 maximum: NaN if either is NaN, −0 below +0.</summary>
    static abstract V Max(V a, V b);

    /// <summary>x bounded to [low, high], which are no NaN; a NaN in x stays.</summary>
    static abstract V Clamp(V x, V low, V high);

    /// <summary>x bounded to high, which is no NaN; a NaN in x stays.</summary>
    static abstract V AtMost(V x, V high);

    static abstract V Sqrt(V x);

    static abstract V Abs(V x);

    /// <summary>The largest integer not above x; NaN, ±∞ and −0 stay what they are.</summary>
    static abstract V Floor(V x);

    /// <summary>1 where a &lt; b, else 0 (also for NaN).</summary>
    static abstract V Less(V a, V b);

    /// <summary>1 where a ≤ b, else 0 (also for NaN).</summary>
    static abstract V LessOrEqual(V a, V b);

    /// <summary>1 where a = b, else 0 (also for NaN).</summary>
    static abstract V Equal(V a, V b);

    /// <summary>a where condition ≠ 0 (so also where it is NaN), else b.</summary>
    static abstract V Select(V condition, V a, V b);

    /// <summary>x where a &lt; b, else y.</summary>
    static abstract V SelectLess(V a, V b, V x, V y);

    /// <summary>The sum of the lanes: the upper half is added to the lower, until one is left.</summary>
    static abstract T Sum(V x);

    /// <summary>The largest lane; NaN if there is one.</summary>
    static abstract T Max(V x);

    static abstract V And(V a, V b);

    static abstract V Or(V a, V b);

    static abstract V Xor(V a, V b);

    /// <summary>The bit patterns added as integers, modulo 2³² or 2⁶⁴.</summary>
    static abstract V AddBits(V a, V b);

    static abstract V ShiftLeft(V x, int count);

    /// <summary>Logical shift: zeros come in from the left.</summary>
    static abstract V ShiftRight(V x, int count);
}
