using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace RnnJit.Cpu.Simd;

/// <summary>8 × double in a vector of 512 bits.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public struct Vec512F64 : ISimd<Vec512F64, double>
{
    private Vector512<double> v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Vec512F64(Vector512<double> v) => this.v = v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator Vec512F64(Vector512<double> v) => Unsafe.BitCast<Vector512<double>, Vec512F64>(v);

    public static int Count => 8;

    public static bool HasFma => Fma.IsSupported || AdvSimd.IsSupported;

    public static Vec512F64 Iota => Vector512.Create(0d, 1d, 2d, 3d, 4d, 5d, 6d, 7d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512F64 operator +(Vec512F64 a, Vec512F64 b) => new(a.v + b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512F64 operator -(Vec512F64 a, Vec512F64 b) => new(a.v - b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512F64 operator *(Vec512F64 a, Vec512F64 b) => new(a.v * b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512F64 operator /(Vec512F64 a, Vec512F64 b) => new(a.v / b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512F64 operator -(Vec512F64 a) => new(-a.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512F64 Create(double value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512F64 Broadcast(double value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512F64 FromBits(long bits) => new(Vector512.Create(bits).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512F64 Load(ref double p, nint offset) => new(Vector512.LoadUnsafe(ref p, (nuint)offset));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vec512F64 value, ref double p, nint offset) => value.v.StoreUnsafe(ref p, (nuint)offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Vec512F64 LoadPartial(ref double p, nint offset, int n)
    {
        if (Avx512F.IsSupported)
        {
            var mask = Mask(n);
            fixed (double* q = &Unsafe.Add(ref p, offset))
                return Avx512F.MaskLoad(q, mask, Vector512<double>.Zero);
        }

        var lower = Vec256F64.LoadPartial(ref p, offset, n);
        var upper = n > 4 ? Vec256F64.LoadPartial(ref p, offset + 4, n - 4) : default;
        return Vector512.Create(lower.Vector, upper.Vector);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void StorePartial(Vec512F64 value, ref double p, nint offset, int n)
    {
        if (Avx512F.IsSupported)
        {
            var mask = Mask(n);
            fixed (double* q = &Unsafe.Add(ref p, offset))
                Avx512F.MaskStore(q, mask, value.v);
            return;
        }

        Vec256F64.StorePartial(value.v.GetLower(), ref p, offset, n);
        if (n > 4)
            Vec256F64.StorePartial(value.v.GetUpper(), ref p, offset + 4, n - 4);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Mask(int n) =>
        Vector512.LessThan(Vector512.Create(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L), Vector512.Create((long)n)).AsDouble();

    // Fused where the hardware has FMA, else a product, then a sum.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512F64 MultiplyAdd(Vec512F64 a, Vec512F64 b, Vec512F64 c) =>
        new(Vector512.MultiplyAddEstimate(a.v, b.v, c.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddProduct(ref Vec512F64 sum, Vec512F64 a, Vec512F64 b) => sum.v = Vector512.MultiplyAddEstimate(a.v, b.v, sum.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512F64 MultiplySubtract(Vec512F64 a, Vec512F64 b, Vec512F64 c) =>
        new(Avx512F.IsSupported ? Avx512F.FusedMultiplyAddNegated(a.v, b.v, c.v) : Vector512.MultiplyAddEstimate(-a.v, b.v, c.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512F64 Min(Vec512F64 a, Vec512F64 b) => new(Vector512.Min(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512F64 Max(Vec512F64 a, Vec512F64 b) => new(Vector512.Max(a.v, b.v));

    // The native minimum returns its second operand when either is NaN (x86) or NaN (Arm): a NaN in x stays.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512F64 Clamp(Vec512F64 x, Vec512F64 low, Vec512F64 high) =>
        new(Vector512.MinNative(high.v, Vector512.MaxNative(low.v, x.v)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512F64 AtMost(Vec512F64 x, Vec512F64 high) => new(Vector512.MinNative(high.v, x.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512F64 Sqrt(Vec512F64 x) => new(Vector512.Sqrt(x.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512F64 Abs(Vec512F64 x) => new(Vector512.Abs(x.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512F64 Less(Vec512F64 a, Vec512F64 b) => new(Vector512.LessThan(a.v, b.v) & Vector512<double>.One);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512F64 LessOrEqual(Vec512F64 a, Vec512F64 b) => new(Vector512.LessThanOrEqual(a.v, b.v) & Vector512<double>.One);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512F64 Equal(Vec512F64 a, Vec512F64 b) => new(Vector512.Equals(a.v, b.v) & Vector512<double>.One);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512F64 Select(Vec512F64 condition, Vec512F64 a, Vec512F64 b) =>
        new(Vector512.ConditionalSelect(Vector512.Equals(condition.v, Vector512<double>.Zero), b.v, a.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512F64 SelectLess(Vec512F64 a, Vec512F64 b, Vec512F64 x, Vec512F64 y) =>
        new(Vector512.ConditionalSelect(Vector512.LessThan(a.v, b.v), x.v, y.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Sum(Vec512F64 x) => Vec256F64.Sum(x.v.GetLower() + x.v.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Max(Vec512F64 x) => Vec256F64.Max(Vector256.Max(x.v.GetLower(), x.v.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512F64 And(Vec512F64 a, Vec512F64 b) => new(a.v & b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512F64 Or(Vec512F64 a, Vec512F64 b) => new(a.v | b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512F64 Xor(Vec512F64 a, Vec512F64 b) => new(a.v ^ b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512F64 AddBits(Vec512F64 a, Vec512F64 b) => new((a.v.AsInt64() + b.v.AsInt64()).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512F64 ShiftLeft(Vec512F64 x, int count) => new((x.v.AsInt64() << count).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512F64 ShiftRight(Vec512F64 x, int count) => new((x.v.AsInt64() >>> count).AsDouble());
}
