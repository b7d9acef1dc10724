using System.Runtime.CompilerServices;
using RnnJit.Cpu.Simd;

namespace RnnJit.Cpu.Gemm;

/// <summary>
/// The position of a column's 16 bits within a row of a panel of stored weights. A lane of 32 bits holds column j in its lower half and
/// column j + Count in its upper half, so that one load, and one operation for each vector, bring both to the bit positions of a float.
/// </summary>
internal static class StoredColumns
{
    public static int Place(int column, int width) => column < width / 2 ? 2 * column : (2 * (column - (width / 2))) + 1;
}

/// <summary>Brain floats: the upper halves of floats.</summary>
internal readonly unsafe struct StoredBFloat16<V> : IStored<V, float>
    where V : struct, ISimd<V, float>
{
    public static int Size => sizeof(ushort);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Low(byte* panel, nint row) => V.ShiftLeft(V.Load(ref *(float*)(panel + row), 0), 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V High(byte* panel, nint row) => V.And(V.Load(ref *(float*)(panel + row), 0), V.FromBits(0xFFFF0000));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Both(byte* panel, nint row, out V low, out V high)
    {
        V both = V.Load(ref *(float*)(panel + row), 0);
        low = V.ShiftLeft(both, 16);
        high = V.And(both, V.FromBits(0xFFFF0000));
    }
}

/// <summary>Finite half floats. .NET has no instruction for them, so their bits are moved to where a float has them.</summary>
internal readonly unsafe struct StoredHalf<V> : IStored<V, float>
    where V : struct, ISimd<V, float>
{
    public static int Size => sizeof(ushort);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Low(byte* panel, nint row) => Widen(V.ShiftLeft(V.Load(ref *(float*)(panel + row), 0), 16));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V High(byte* panel, nint row) => Widen(V.Load(ref *(float*)(panel + row), 0));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Both(byte* panel, nint row, out V low, out V high)
    {
        V both = V.Load(ref *(float*)(panel + row), 0);
        low = Widen(V.ShiftLeft(both, 16));
        high = Widen(both);
    }

    // The half stands in the upper 16 bits: its sign stays, exponent and mantissa move by the 3 bits that a float's exponent is longer.
    // Exponents of halves are biased by 15, of floats by 127: times 2¹¹², which is exact and makes denormal halves normal floats.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Widen(V bits) =>
        V.Or(V.And(bits, V.FromBits(0x80000000)), V.ShiftRight(V.And(bits, V.FromBits(0x7FFF0000)), 3)) * V.FromBits((112 + 127) << 23);
}
