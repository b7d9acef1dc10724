using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace RnnJit.Cpu.Simd;

/// <summary>16 × float in a vector of 512 bits.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public struct Vec512F32 : ISimd<Vec512F32, float>
{
    private Vector512<float> v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Vec512F32(Vector512<float> v) => this.v = v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator Vec512F32(Vector512<float> v) => Unsafe.BitCast<Vector512<float>, Vec512F32>(v);

    public static int Count => 16;

    public static bool HasFma => Fma.IsSupported || AdvSimd.IsSupported;

    public static Vec512F32 Iota => Vector512.Create(0f, 1f, 2f, 3f, 4f, 5f, 6f, 7f, 8f, 9f, 10f, 11f, 12f, 13f, 14f, 15f);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512F32 operator +(Vec512F32 a, Vec512F32 b) => new(a.v + b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512F32 operator -(Vec512F32 a, Vec512F32 b) => new(a.v - b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512F32 operator *(Vec512F32 a, Vec512F32 b) => new(a.v * b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512F32 operator /(Vec512F32 a, Vec512F32 b) => new(a.v / b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512F32 operator -(Vec512F32 a) => new(-a.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512F32 Create(double value) => new(Vector512.Create((float)value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512F32 Broadcast(float value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512F32 FromBits(long bits) => new(Vector512.Create((int)bits).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512F32 Load(ref float p, nint offset) => new(Vector512.LoadUnsafe(ref p, (nuint)offset));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vec512F32 value, ref float p, nint offset) => value.v.StoreUnsafe(ref p, (nuint)offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Vec512F32 LoadPartial(ref float p, nint offset, int n)
    {
        if (Avx512F.IsSupported)
        {
            var mask = Mask(n);
            fixed (float* q = &Unsafe.Add(ref p, offset))
                return Avx512F.MaskLoad(q, mask, Vector512<float>.Zero);
        }

        var lower = Vec256F32.LoadPartial(ref p, offset, n);
        var upper = n > 8 ? Vec256F32.LoadPartial(ref p, offset + 8, n - 8) : default;
        return Vector512.Create(lower.Vector, upper.Vector);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void StorePartial(Vec512F32 value, ref float p, nint offset, int n)
    {
        if (Avx512F.IsSupported)
        {
            var mask = Mask(n);
            fixed (float* q = &Unsafe.Add(ref p, offset))
                Avx512F.MaskStore(q, mask, value.v);
            return;
        }

        Vec256F32.StorePartial(value.v.GetLower(), ref p, offset, n);
        if (n > 8)
            Vec256F32.StorePartial(value.v.GetUpper(), ref p, offset + 8, n - 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Mask(int n) =>
        Vector512.LessThan(Vector512.Create(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15), Vector512.Create(n)).AsSingle();

    // Fused where the hardware has FMA, else a product, then a sum.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512F32 MultiplyAdd(Vec512F32 a, Vec512F32 b, Vec512F32 c) =>
        new(Vector512.MultiplyAddEstimate(a.v, b.v, c.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddProduct(ref Vec512F32 sum, Vec512F32 a, Vec512F32 b) => sum.v = Vector512.MultiplyAddEstimate(a.v, b.v, sum.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512F32 MultiplySubtract(Vec512F32 a, Vec512F32 b, Vec512F32 c) =>
        new(Avx512F.IsSupported ? Avx512F.FusedMultiplyAddNegated(a.v, b.v, c.v) : Vector512.MultiplyAddEstimate(-a.v, b.v, c.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512F32 Min(Vec512F32 a, Vec512F32 b) => new(Vector512.Min(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512F32 Max(Vec512F32 a, Vec512F32 b) => new(Vector512.Max(a.v, b.v));

    // The native minimum returns its second operand when either is NaN (x86) or NaN (Arm): a NaN in x stays.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512F32 Clamp(Vec512F32 x, Vec512F32 low, Vec512F32 high) =>
        new(Vector512.MinNative(high.v, Vector512.MaxNative(low.v, x.v)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512F32 AtMost(Vec512F32 x, Vec512F32 high) => new(Vector512.MinNative(high.v, x.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512F32 Sqrt(Vec512F32 x) => new(Vector512.Sqrt(x.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512F32 Abs(Vec512F32 x) => new(Vector512.Abs(x.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512F32 Less(Vec512F32 a, Vec512F32 b) => new(Vector512.LessThan(a.v, b.v) & Vector512<float>.One);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512F32 LessOrEqual(Vec512F32 a, Vec512F32 b) => new(Vector512.LessThanOrEqual(a.v, b.v) & Vector512<float>.One);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512F32 Equal(Vec512F32 a, Vec512F32 b) => new(Vector512.Equals(a.v, b.v) & Vector512<float>.One);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512F32 Select(Vec512F32 condition, Vec512F32 a, Vec512F32 b) =>
        new(Vector512.ConditionalSelect(Vector512.Equals(condition.v, Vector512<float>.Zero), b.v, a.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512F32 SelectLess(Vec512F32 a, Vec512F32 b, Vec512F32 x, Vec512F32 y) =>
        new(Vector512.ConditionalSelect(Vector512.LessThan(a.v, b.v), x.v, y.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vec512F32 x) => Vec256F32.Sum(x.v.GetLower() + x.v.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Max(Vec512F32 x) => Vec256F32.Max(Vector256.Max(x.v.GetLower(), x.v.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512F32 And(Vec512F32 a, Vec512F32 b) => new(a.v & b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512F32 Or(Vec512F32 a, Vec512F32 b) => new(a.v | b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512F32 Xor(Vec512F32 a, Vec512F32 b) => new(a.v ^ b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512F32 AddBits(Vec512F32 a, Vec512F32 b) => new((a.v.AsInt32() + b.v.AsInt32()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512F32 ShiftLeft(Vec512F32 x, int count) => new((x.v.AsInt32() << count).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512F32 ShiftRight(Vec512F32 x, int count) => new((x.v.AsInt32() >>> count).AsSingle());
}
