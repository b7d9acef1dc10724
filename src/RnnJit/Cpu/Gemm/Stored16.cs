using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using RnnJit.Cpu.Simd;

namespace RnnJit.Cpu.Gemm;

/// <summary>Brain floats: the upper halves of floats.</summary>
internal readonly unsafe struct StoredBFloat16<V> : IStored<V, float>
    where V : struct, ISimd<V, float>
{
    public static int Size => sizeof(ushort);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load(byte* from) => V.ShiftLeft(Widening.Load<V>(from), 16);
}

/// <summary>Finite half floats. .NET has no instruction for them, so their bits are moved to where a float has them.</summary>
internal readonly unsafe struct StoredHalf<V> : IStored<V, float>
    where V : struct, ISimd<V, float>
{
    // Sign, and the exponent and mantissa of a half, where a float has them; copies of the sign between them go.
    private const int Kept = unchecked((int)0x8FFFE000);

    public static int Size => sizeof(ushort);

    // Exponents of halves are biased by 15, of floats by 127: times 2¹¹², which is exact and makes denormal halves normal floats.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load(byte* from) => V.And(V.ShiftLeft(Widening.Load<V>(from), 13), V.FromBits(Kept)) * V.FromBits((112 + 127) << 23);
}

/// <summary>Integers of 16 bits in lanes of 32, with their sign.</summary>
internal static unsafe class Widening
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<V>(byte* from)
        where V : struct, ISimd<V, float>
    {
        if (V.Count == 16)
            return Unsafe.BitCast<Vector512<int>, V>(Vector512.Create(Eight(from), Eight(from + 16)));
        if (V.Count == 8)
            return Unsafe.BitCast<Vector256<int>, V>(Eight(from));

        return Unsafe.BitCast<Vector128<int>, V>(Vector128.WidenLower(Vector64.Load((short*)from).ToVector128Unsafe()));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Eight(byte* from)
    {
        if (Avx2.IsSupported)
            return Avx2.ConvertToVector256Int32((short*)from);

        var (lower, upper) = Vector128.Widen(Vector128.Load((short*)from));
        return Vector256.Create(lower, upper);
    }
}
