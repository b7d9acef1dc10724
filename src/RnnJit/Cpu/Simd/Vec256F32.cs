using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace RnnJit.Cpu.Simd;

/// <summary>8 × float in a vector of 256 bits.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public struct Vec256F32 : ISimd<Vec256F32, float>
{
    private Vector256<float> v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Vec256F32(Vector256<float> v) => this.v = v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator Vec256F32(Vector256<float> v) => Unsafe.BitCast<Vector256<float>, Vec256F32>(v);

    internal Vector256<float> Vector => v;

    public static int Count => 8;

    public static bool HasFma => Fma.IsSupported || AdvSimd.IsSupported;

    public static Vec256F32 Iota => Vector256.Create(0f, 1f, 2f, 3f, 4f, 5f, 6f, 7f);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256F32 operator +(Vec256F32 a, Vec256F32 b) => new(a.v + b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256F32 operator -(Vec256F32 a, Vec256F32 b) => new(a.v - b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256F32 operator *(Vec256F32 a, Vec256F32 b) => new(a.v * b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256F32 operator /(Vec256F32 a, Vec256F32 b) => new(a.v / b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256F32 operator -(Vec256F32 a) => new(-a.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256F32 Create(double value) => new(Vector256.Create((float)value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256F32 Broadcast(float value) => new(Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256F32 FromBits(long bits) => new(Vector256.Create((int)bits).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256F32 Load(ref float p, nint offset) => new(Vector256.LoadUnsafe(ref p, (nuint)offset));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vec256F32 value, ref float p, nint offset) => value.v.StoreUnsafe(ref p, (nuint)offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Vec256F32 LoadPartial(ref float p, nint offset, int n)
    {
        if (Avx.IsSupported)
        {
            var mask = Mask(n);
            fixed (float* q = &Unsafe.Add(ref p, offset))
                return Avx.MaskLoad(q, mask);
        }

        var lower = Vec128F32.LoadPartial(ref p, offset, n);
        var upper = n > 4 ? Vec128F32.LoadPartial(ref p, offset + 4, n - 4) : default;
        return Vector256.Create(lower.Vector, upper.Vector);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void StorePartial(Vec256F32 value, ref float p, nint offset, int n)
    {
        if (Avx.IsSupported)
        {
            var mask = Mask(n);
            fixed (float* q = &Unsafe.Add(ref p, offset))
                Avx.MaskStore(q, mask, value.v);
            return;
        }

        Vec128F32.StorePartial(value.v.GetLower(), ref p, offset, n);
        if (n > 4)
            Vec128F32.StorePartial(value.v.GetUpper(), ref p, offset + 4, n - 4);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Mask(int n) =>
        Vector256.LessThan(Vector256.Create(0, 1, 2, 3, 4, 5, 6, 7), Vector256.Create(n)).AsSingle();

    // Fused where the hardware has FMA, else a product, then a sum.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256F32 MultiplyAdd(Vec256F32 a, Vec256F32 b, Vec256F32 c) =>
        new(Vector256.MultiplyAddEstimate(a.v, b.v, c.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddProduct(ref Vec256F32 sum, Vec256F32 a, Vec256F32 b) => sum.v = Vector256.MultiplyAddEstimate(a.v, b.v, sum.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256F32 MultiplySubtract(Vec256F32 a, Vec256F32 b, Vec256F32 c) =>
        new(Fma.IsSupported ? Fma.MultiplyAddNegated(a.v, b.v, c.v) : Vector256.MultiplyAddEstimate(-a.v, b.v, c.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256F32 Min(Vec256F32 a, Vec256F32 b) => new(Vector256.Min(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256F32 Max(Vec256F32 a, Vec256F32 b) => new(Vector256.Max(a.v, b.v));

    // The native minimum returns its second operand when either is NaN (x86) or NaN (Arm): a NaN in x stays.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256F32 Clamp(Vec256F32 x, Vec256F32 low, Vec256F32 high) =>
        new(Vector256.MinNative(high.v, Vector256.MaxNative(low.v, x.v)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256F32 AtMost(Vec256F32 x, Vec256F32 high) => new(Vector256.MinNative(high.v, x.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256F32 Sqrt(Vec256F32 x) => new(Vector256.Sqrt(x.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256F32 Abs(Vec256F32 x) => new(Vector256.Abs(x.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256F32 Less(Vec256F32 a, Vec256F32 b) => new(Vector256.LessThan(a.v, b.v) & Vector256<float>.One);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256F32 LessOrEqual(Vec256F32 a, Vec256F32 b) => new(Vector256.LessThanOrEqual(a.v, b.v) & Vector256<float>.One);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256F32 Equal(Vec256F32 a, Vec256F32 b) => new(Vector256.Equals(a.v, b.v) & Vector256<float>.One);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256F32 Select(Vec256F32 condition, Vec256F32 a, Vec256F32 b) =>
        new(Vector256.ConditionalSelect(Vector256.Equals(condition.v, Vector256<float>.Zero), b.v, a.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256F32 SelectLess(Vec256F32 a, Vec256F32 b, Vec256F32 x, Vec256F32 y) =>
        new(Vector256.ConditionalSelect(Vector256.LessThan(a.v, b.v), x.v, y.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vec256F32 x) => Vec128F32.Sum(x.v.GetLower() + x.v.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Max(Vec256F32 x) => Vec128F32.Max(Vector128.Max(x.v.GetLower(), x.v.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256F32 And(Vec256F32 a, Vec256F32 b) => new(a.v & b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256F32 Or(Vec256F32 a, Vec256F32 b) => new(a.v | b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256F32 Xor(Vec256F32 a, Vec256F32 b) => new(a.v ^ b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256F32 AddBits(Vec256F32 a, Vec256F32 b) => new((a.v.AsInt32() + b.v.AsInt32()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256F32 ShiftLeft(Vec256F32 x, int count) => new((x.v.AsInt32() << count).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256F32 ShiftRight(Vec256F32 x, int count) => new((x.v.AsInt32() >>> count).AsSingle());
}
