using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace RnnJit.Cpu.Simd;

/// <summary>One double: the vector that runs anywhere, for reading, debugging and single elements.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct Scalar64 : ISimd<Scalar64, double>
{
    private readonly double v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Scalar64(double v) => this.v = v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator Scalar64(double v) => new(v);

    public static int Count => 1;

    public static bool HasFma => Fma.IsSupported || AdvSimd.IsSupported;

    public static Scalar64 Iota => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar64 operator +(Scalar64 a, Scalar64 b) => a.v + b.v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar64 operator -(Scalar64 a, Scalar64 b) => a.v - b.v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar64 operator *(Scalar64 a, Scalar64 b) => a.v * b.v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar64 operator /(Scalar64 a, Scalar64 b) => a.v / b.v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar64 operator -(Scalar64 a) => -a.v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar64 Create(double value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar64 Broadcast(double value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar64 FromBits(long bits) => BitConverter.Int64BitsToDouble(bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar64 Load(ref double p, nint offset) => Unsafe.Add(ref p, offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Scalar64 value, ref double p, nint offset) => Unsafe.Add(ref p, offset) = value.v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar64 LoadPartial(ref double p, nint offset, int n) => n > 0 ? Unsafe.Add(ref p, offset) : 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePartial(Scalar64 value, ref double p, nint offset, int n)
    {
        if (n > 0)
            Unsafe.Add(ref p, offset) = value.v;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar64 MultiplyAdd(Scalar64 a, Scalar64 b, Scalar64 c) =>
        HasFma ? Math.FusedMultiplyAdd(a.v, b.v, c.v) : (a.v * b.v) + c.v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddProduct(ref Scalar64 sum, Scalar64 a, Scalar64 b) => sum = MultiplyAdd(a, b, sum);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar64 MultiplySubtract(Scalar64 a, Scalar64 b, Scalar64 c) =>
        HasFma ? Math.FusedMultiplyAdd(-a.v, b.v, c.v) : c.v - (a.v * b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar64 Min(Scalar64 a, Scalar64 b) => Math.Min(a.v, b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar64 Max(Scalar64 a, Scalar64 b) => Math.Max(a.v, b.v);

    // Both comparisons are false for NaN, so a NaN in x stays.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar64 Clamp(Scalar64 x, Scalar64 low, Scalar64 high) => x.v < low.v ? low : high.v < x.v ? high : x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar64 AtMost(Scalar64 x, Scalar64 high) => high.v < x.v ? high : x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar64 Sqrt(Scalar64 x) => Math.Sqrt(x.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar64 Abs(Scalar64 x) => Math.Abs(x.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar64 Floor(Scalar64 x) => Math.Floor(x.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar64 Less(Scalar64 a, Scalar64 b) => a.v < b.v ? 1 : 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar64 LessOrEqual(Scalar64 a, Scalar64 b) => a.v <= b.v ? 1 : 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar64 Equal(Scalar64 a, Scalar64 b) => a.v == b.v ? 1 : 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar64 Select(Scalar64 condition, Scalar64 a, Scalar64 b) => condition.v == 0 ? b : a;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar64 SelectLess(Scalar64 a, Scalar64 b, Scalar64 x, Scalar64 y) => a.v < b.v ? x : y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Sum(Scalar64 x) => x.v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Max(Scalar64 x) => x.v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar64 And(Scalar64 a, Scalar64 b) =>
        BitConverter.Int64BitsToDouble(BitConverter.DoubleToInt64Bits(a.v) & BitConverter.DoubleToInt64Bits(b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar64 Or(Scalar64 a, Scalar64 b) =>
        BitConverter.Int64BitsToDouble(BitConverter.DoubleToInt64Bits(a.v) | BitConverter.DoubleToInt64Bits(b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar64 Xor(Scalar64 a, Scalar64 b) =>
        BitConverter.Int64BitsToDouble(BitConverter.DoubleToInt64Bits(a.v) ^ BitConverter.DoubleToInt64Bits(b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar64 AddBits(Scalar64 a, Scalar64 b) =>
        BitConverter.Int64BitsToDouble(unchecked(BitConverter.DoubleToInt64Bits(a.v) + BitConverter.DoubleToInt64Bits(b.v)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar64 ShiftLeft(Scalar64 x, int count) => BitConverter.Int64BitsToDouble(BitConverter.DoubleToInt64Bits(x.v) << count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar64 ShiftRight(Scalar64 x, int count) =>
        BitConverter.Int64BitsToDouble(BitConverter.DoubleToInt64Bits(x.v) >>> count);
}
