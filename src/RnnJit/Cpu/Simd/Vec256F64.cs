using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace RnnJit.Cpu.Simd;

/// <summary>4 × double in a vector of 256 bits.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public struct Vec256F64 : ISimd<Vec256F64, double>
{
    private Vector256<double> v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Vec256F64(Vector256<double> v) => this.v = v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator Vec256F64(Vector256<double> v) => Unsafe.BitCast<Vector256<double>, Vec256F64>(v);

    internal Vector256<double> Vector => v;

    public static int Count => 4;

    public static bool HasFma => Fma.IsSupported || AdvSimd.IsSupported;

    public static Vec256F64 Iota => Vector256.Create(0d, 1d, 2d, 3d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256F64 operator +(Vec256F64 a, Vec256F64 b) => new(a.v + b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256F64 operator -(Vec256F64 a, Vec256F64 b) => new(a.v - b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256F64 operator *(Vec256F64 a, Vec256F64 b) => new(a.v * b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256F64 operator /(Vec256F64 a, Vec256F64 b) => new(a.v / b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256F64 operator -(Vec256F64 a) => new(-a.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256F64 Create(double value) => new(Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256F64 Broadcast(double value) => new(Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256F64 FromBits(long bits) => new(Vector256.Create(bits).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256F64 Load(ref double p, nint offset) => new(Vector256.LoadUnsafe(ref p, (nuint)offset));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vec256F64 value, ref double p, nint offset) => value.v.StoreUnsafe(ref p, (nuint)offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Vec256F64 LoadPartial(ref double p, nint offset, int n)
    {
        if (Avx.IsSupported)
        {
            var mask = Mask(n);
            fixed (double* q = &Unsafe.Add(ref p, offset))
                return Avx.MaskLoad(q, mask);
        }

        var lower = Vec128F64.LoadPartial(ref p, offset, n);
        var upper = n > 2 ? Vec128F64.LoadPartial(ref p, offset + 2, n - 2) : default;
        return Vector256.Create(lower.Vector, upper.Vector);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void StorePartial(Vec256F64 value, ref double p, nint offset, int n)
    {
        if (Avx.IsSupported)
        {
            var mask = Mask(n);
            fixed (double* q = &Unsafe.Add(ref p, offset))
                Avx.MaskStore(q, mask, value.v);
            return;
        }

        Vec128F64.StorePartial(value.v.GetLower(), ref p, offset, n);
        if (n > 2)
            Vec128F64.StorePartial(value.v.GetUpper(), ref p, offset + 2, n - 2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Mask(int n) =>
        Vector256.LessThan(Vector256.Create(0L, 1L, 2L, 3L), Vector256.Create((long)n)).AsDouble();

    // Fused where the hardware has FMA, else a product, then a sum.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256F64 MultiplyAdd(Vec256F64 a, Vec256F64 b, Vec256F64 c) =>
        new(Vector256.MultiplyAddEstimate(a.v, b.v, c.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddProduct(ref Vec256F64 sum, Vec256F64 a, Vec256F64 b) => sum.v = Vector256.MultiplyAddEstimate(a.v, b.v, sum.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256F64 MultiplySubtract(Vec256F64 a, Vec256F64 b, Vec256F64 c) =>
        new(Fma.IsSupported ? Fma.MultiplyAddNegated(a.v, b.v, c.v) : Vector256.MultiplyAddEstimate(-a.v, b.v, c.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256F64 Min(Vec256F64 a, Vec256F64 b) => new(Vector256.Min(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256F64 Max(Vec256F64 a, Vec256F64 b) => new(Vector256.Max(a.v, b.v));

    // The native minimum returns its second operand when either is NaN (x86) or NaN (Arm): a NaN in x stays.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256F64 Clamp(Vec256F64 x, Vec256F64 low, Vec256F64 high) =>
        new(Vector256.MinNative(high.v, Vector256.MaxNative(low.v, x.v)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256F64 AtMost(Vec256F64 x, Vec256F64 high) => new(Vector256.MinNative(high.v, x.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256F64 Sqrt(Vec256F64 x) => new(Vector256.Sqrt(x.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256F64 Abs(Vec256F64 x) => new(Vector256.Abs(x.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256F64 Less(Vec256F64 a, Vec256F64 b) => new(Vector256.LessThan(a.v, b.v) & Vector256<double>.One);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256F64 LessOrEqual(Vec256F64 a, Vec256F64 b) => new(Vector256.LessThanOrEqual(a.v, b.v) & Vector256<double>.One);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256F64 Equal(Vec256F64 a, Vec256F64 b) => new(Vector256.Equals(a.v, b.v) & Vector256<double>.One);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256F64 Select(Vec256F64 condition, Vec256F64 a, Vec256F64 b) =>
        new(Vector256.ConditionalSelect(Vector256.Equals(condition.v, Vector256<double>.Zero), b.v, a.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256F64 SelectLess(Vec256F64 a, Vec256F64 b, Vec256F64 x, Vec256F64 y) =>
        new(Vector256.ConditionalSelect(Vector256.LessThan(a.v, b.v), x.v, y.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Sum(Vec256F64 x) => Vec128F64.Sum(x.v.GetLower() + x.v.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Max(Vec256F64 x) => Vec128F64.Max(Vector128.Max(x.v.GetLower(), x.v.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256F64 And(Vec256F64 a, Vec256F64 b) => new(a.v & b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256F64 Or(Vec256F64 a, Vec256F64 b) => new(a.v | b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256F64 Xor(Vec256F64 a, Vec256F64 b) => new(a.v ^ b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256F64 AddBits(Vec256F64 a, Vec256F64 b) => new((a.v.AsInt64() + b.v.AsInt64()).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256F64 ShiftLeft(Vec256F64 x, int count) => new((x.v.AsInt64() << count).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256F64 ShiftRight(Vec256F64 x, int count) => new((x.v.AsInt64() >>> count).AsDouble());
}
