using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace RnnJit.Cpu.Simd;

/// <summary>2 × double in a vector of 128 bits.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public struct Vec128F64 : ISimd<Vec128F64, double>
{
    private Vector128<double> v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Vec128F64(Vector128<double> v) => this.v = v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator Vec128F64(Vector128<double> v) => Unsafe.BitCast<Vector128<double>, Vec128F64>(v);

    internal Vector128<double> Vector => v;

    public static int Count => 2;

    public static bool HasFma => Fma.IsSupported || AdvSimd.IsSupported;

    public static Vec128F64 Iota => Vector128.Create(0d, 1d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128F64 operator +(Vec128F64 a, Vec128F64 b) => new(a.v + b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128F64 operator -(Vec128F64 a, Vec128F64 b) => new(a.v - b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128F64 operator *(Vec128F64 a, Vec128F64 b) => new(a.v * b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128F64 operator /(Vec128F64 a, Vec128F64 b) => new(a.v / b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128F64 operator -(Vec128F64 a) => new(-a.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128F64 Create(double value) => new(Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128F64 Broadcast(double value) => new(Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128F64 FromBits(long bits) => new(Vector128.Create(bits).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128F64 Load(ref double p, nint offset) => new(Vector128.LoadUnsafe(ref p, (nuint)offset));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vec128F64 value, ref double p, nint offset) => value.v.StoreUnsafe(ref p, (nuint)offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128F64 LoadPartial(ref double p, nint offset, int n)
    {
        ref double q = ref Unsafe.Add(ref p, offset);
        return n switch
        {
            <= 0 => Vector128<double>.Zero,
            1 => Vector128.CreateScalar(q),
            _ => Vector128.LoadUnsafe(ref q),
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePartial(Vec128F64 value, ref double p, nint offset, int n)
    {
        ref double q = ref Unsafe.Add(ref p, offset);
        if (n >= 2)
            value.v.StoreUnsafe(ref q);
        else if (n == 1)
            q = value.v[0];
    }

    // Fused where the hardware has FMA, else a product, then a sum.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128F64 MultiplyAdd(Vec128F64 a, Vec128F64 b, Vec128F64 c) =>
        new(Vector128.MultiplyAddEstimate(a.v, b.v, c.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddProduct(ref Vec128F64 sum, Vec128F64 a, Vec128F64 b) => sum.v = Vector128.MultiplyAddEstimate(a.v, b.v, sum.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128F64 MultiplySubtract(Vec128F64 a, Vec128F64 b, Vec128F64 c) =>
        new(Fma.IsSupported ? Fma.MultiplyAddNegated(a.v, b.v, c.v) : Vector128.MultiplyAddEstimate(-a.v, b.v, c.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128F64 Min(Vec128F64 a, Vec128F64 b) => new(Vector128.Min(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128F64 Max(Vec128F64 a, Vec128F64 b) => new(Vector128.Max(a.v, b.v));

    // The native minimum returns its second operand when either is NaN (x86) or NaN (Arm): a NaN in x stays.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128F64 Clamp(Vec128F64 x, Vec128F64 low, Vec128F64 high) =>
        new(Vector128.MinNative(high.v, Vector128.MaxNative(low.v, x.v)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128F64 AtMost(Vec128F64 x, Vec128F64 high) => new(Vector128.MinNative(high.v, x.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128F64 Sqrt(Vec128F64 x) => new(Vector128.Sqrt(x.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128F64 Abs(Vec128F64 x) => new(Vector128.Abs(x.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128F64 Less(Vec128F64 a, Vec128F64 b) => new(Vector128.LessThan(a.v, b.v) & Vector128<double>.One);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128F64 LessOrEqual(Vec128F64 a, Vec128F64 b) => new(Vector128.LessThanOrEqual(a.v, b.v) & Vector128<double>.One);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128F64 Equal(Vec128F64 a, Vec128F64 b) => new(Vector128.Equals(a.v, b.v) & Vector128<double>.One);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128F64 Select(Vec128F64 condition, Vec128F64 a, Vec128F64 b) =>
        new(Vector128.ConditionalSelect(Vector128.Equals(condition.v, Vector128<double>.Zero), b.v, a.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128F64 SelectLess(Vec128F64 a, Vec128F64 b, Vec128F64 x, Vec128F64 y) =>
        new(Vector128.ConditionalSelect(Vector128.LessThan(a.v, b.v), x.v, y.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Sum(Vec128F64 x) => x.v[0] + x.v[1];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Max(Vec128F64 x) => Math.Max(x.v[0], x.v[1]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128F64 And(Vec128F64 a, Vec128F64 b) => new(a.v & b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128F64 Or(Vec128F64 a, Vec128F64 b) => new(a.v | b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128F64 Xor(Vec128F64 a, Vec128F64 b) => new(a.v ^ b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128F64 AddBits(Vec128F64 a, Vec128F64 b) => new((a.v.AsInt64() + b.v.AsInt64()).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128F64 ShiftLeft(Vec128F64 x, int count) => new((x.v.AsInt64() << count).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128F64 ShiftRight(Vec128F64 x, int count) => new((x.v.AsInt64() >>> count).AsDouble());
}
