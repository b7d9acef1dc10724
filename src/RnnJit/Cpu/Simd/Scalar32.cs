using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace RnnJit.Cpu.Simd;

/// <summary>One float: the vector that runs anywhere, for reading, debugging and single elements.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct Scalar32 : ISimd<Scalar32, float>
{
    private readonly float v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Scalar32(float v) => this.v = v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator Scalar32(float v) => new(v);

    public static int Count => 1;

    public static bool HasFma => Fma.IsSupported || AdvSimd.IsSupported;

    public static Scalar32 Iota => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar32 operator +(Scalar32 a, Scalar32 b) => a.v + b.v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar32 operator -(Scalar32 a, Scalar32 b) => a.v - b.v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar32 operator *(Scalar32 a, Scalar32 b) => a.v * b.v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar32 operator /(Scalar32 a, Scalar32 b) => a.v / b.v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar32 operator -(Scalar32 a) => -a.v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar32 Create(double value) => (float)value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar32 Broadcast(float value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar32 FromBits(long bits) => BitConverter.Int32BitsToSingle((int)bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar32 Load(ref float p, nint offset) => Unsafe.Add(ref p, offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Scalar32 value, ref float p, nint offset) => Unsafe.Add(ref p, offset) = value.v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar32 LoadPartial(ref float p, nint offset, int n) => n > 0 ? Unsafe.Add(ref p, offset) : 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePartial(Scalar32 value, ref float p, nint offset, int n)
    {
        if (n > 0)
            Unsafe.Add(ref p, offset) = value.v;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar32 MultiplyAdd(Scalar32 a, Scalar32 b, Scalar32 c) =>
        HasFma ? MathF.FusedMultiplyAdd(a.v, b.v, c.v) : (a.v * b.v) + c.v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddProduct(ref Scalar32 sum, Scalar32 a, Scalar32 b) => sum = MultiplyAdd(a, b, sum);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar32 MultiplySubtract(Scalar32 a, Scalar32 b, Scalar32 c) =>
        HasFma ? MathF.FusedMultiplyAdd(-a.v, b.v, c.v) : c.v - (a.v * b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar32 Min(Scalar32 a, Scalar32 b) => MathF.Min(a.v, b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar32 Max(Scalar32 a, Scalar32 b) => MathF.Max(a.v, b.v);

    // Both comparisons are false for NaN, so a NaN in x stays.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar32 Clamp(Scalar32 x, Scalar32 low, Scalar32 high) => x.v < low.v ? low : high.v < x.v ? high : x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar32 AtMost(Scalar32 x, Scalar32 high) => high.v < x.v ? high : x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar32 Sqrt(Scalar32 x) => MathF.Sqrt(x.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar32 Abs(Scalar32 x) => MathF.Abs(x.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar32 Floor(Scalar32 x) => MathF.Floor(x.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar32 Less(Scalar32 a, Scalar32 b) => a.v < b.v ? 1 : 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar32 LessOrEqual(Scalar32 a, Scalar32 b) => a.v <= b.v ? 1 : 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar32 Equal(Scalar32 a, Scalar32 b) => a.v == b.v ? 1 : 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar32 Select(Scalar32 condition, Scalar32 a, Scalar32 b) => condition.v == 0 ? b : a;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar32 SelectLess(Scalar32 a, Scalar32 b, Scalar32 x, Scalar32 y) => a.v < b.v ? x : y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Scalar32 x) => x.v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Max(Scalar32 x) => x.v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar32 And(Scalar32 a, Scalar32 b) =>
        BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(a.v) & BitConverter.SingleToInt32Bits(b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar32 Or(Scalar32 a, Scalar32 b) =>
        BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(a.v) | BitConverter.SingleToInt32Bits(b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar32 Xor(Scalar32 a, Scalar32 b) =>
        BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(a.v) ^ BitConverter.SingleToInt32Bits(b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar32 AddBits(Scalar32 a, Scalar32 b) =>
        BitConverter.Int32BitsToSingle(unchecked(BitConverter.SingleToInt32Bits(a.v) + BitConverter.SingleToInt32Bits(b.v)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar32 ShiftLeft(Scalar32 x, int count) => BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(x.v) << count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scalar32 ShiftRight(Scalar32 x, int count) =>
        BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(x.v) >>> count);
}
