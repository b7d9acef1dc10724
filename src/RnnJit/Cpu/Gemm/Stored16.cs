using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
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

/// <summary>Half floats. .NET has no instruction for them, so their bits are moved to where a float has them.</summary>
internal readonly unsafe struct StoredHalf<V> : IStored<V, float>
    where V : struct, ISimd<V, float>
{
    private const int Magnitude = 0x7FFF, Sign = 0x8000, Infinity = 0x7C00 << 13;

    public static int Size => sizeof(ushort);

    // Exponents of halves are biased by 15, of floats by 127: times 2¹¹², which is exact and makes denormal halves normal floats. Infinity and NaN stay what they are.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load(byte* from)
    {
        V bits = Widening.Load<V>(from);
        V magnitude = V.ShiftLeft(V.And(bits, V.FromBits(Magnitude)), 13);
        V finite = magnitude * V.FromBits((112 + 127) << 23);
        V value = V.SelectLess(magnitude, V.FromBits(Infinity), finite, V.Or(magnitude, V.FromBits(0xFF << 23)));
        return V.Or(value, V.ShiftLeft(V.And(bits, V.FromBits(Sign)), 16));
    }
}

/// <summary>Integers of 16 bits in lanes of 32.</summary>
internal static unsafe class Widening
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<V>(byte* from)
        where V : struct, ISimd<V, float>
    {
        if (V.Count == 16)
            return Unsafe.BitCast<Vector512<uint>, V>(Vector512.Create(Eight(from), Eight(from + 16)));
        if (V.Count == 8)
            return Unsafe.BitCast<Vector256<uint>, V>(Eight(from));

        return Unsafe.BitCast<Vector128<uint>, V>(Vector128.WidenLower(Vector64.Load((ushort*)from).ToVector128Unsafe()));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Eight(byte* from)
    {
        if (System.Runtime.Intrinsics.X86.Avx2.IsSupported)
            return System.Runtime.Intrinsics.X86.Avx2.ConvertToVector256Int32((ushort*)from).AsUInt32();

        var (lower, upper) = Vector128.Widen(Vector128.Load((ushort*)from));
        return Vector256.Create(lower, upper);
    }
}
