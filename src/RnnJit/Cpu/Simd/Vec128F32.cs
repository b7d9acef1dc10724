using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace RnnJit.Cpu.Simd;

/// <summary>4 × float in a vector of 128 bits.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public struct Vec128F32 : ISimd<Vec128F32, float>
{
    private Vector128<float> v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Vec128F32(Vector128<float> v) => this.v = v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator Vec128F32(Vector128<float> v) => Unsafe.BitCast<Vector128<float>, Vec128F32>(v);

    internal Vector128<float> Vector => v;

    public static int Count => 4;

    public static bool HasFma => Fma.IsSupported || AdvSimd.IsSupported;

    public static Vec128F32 Iota => Vector128.Create(0f, 1f, 2f, 3f);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128F32 operator +(Vec128F32 a, Vec128F32 b) => new(a.v + b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128F32 operator -(Vec128F32 a, Vec128F32 b) => new(a.v - b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128F32 operator *(Vec128F32 a, Vec128F32 b) => new(a.v * b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128F32 operator /(Vec128F32 a, Vec128F32 b) => new(a.v / b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128F32 operator -(Vec128F32 a) => new(-a.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128F32 Create(double value) => new(Vector128.Create((float)value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128F32 Broadcast(float value) => new(Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128F32 FromBits(long bits) => new(Vector128.Create((int)bits).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128F32 Load(ref float p, nint offset) => new(Vector128.LoadUnsafe(ref p, (nuint)offset));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vec128F32 value, ref float p, nint offset) => value.v.StoreUnsafe(ref p, (nuint)offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128F32 LoadPartial(ref float p, nint offset, int n)
    {
        ref float q = ref Unsafe.Add(ref p, offset);
        return n switch
        {
            <= 0 => Vector128<float>.Zero,
            1 => Vector128.CreateScalar(q),
            2 => Vector128.Create(q, Unsafe.Add(ref q, 1), 0, 0),
            3 => Vector128.Create(q, Unsafe.Add(ref q, 1), Unsafe.Add(ref q, 2), 0),
            _ => Vector128.LoadUnsafe(ref q),
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePartial(Vec128F32 value, ref float p, nint offset, int n)
    {
        ref float q = ref Unsafe.Add(ref p, offset);
        if (n >= 4)
        {
            value.v.StoreUnsafe(ref q);
            return;
        }

        if (n > 0)
            q = value.v[0];
        if (n > 1)
            Unsafe.Add(ref q, 1) = value.v[1];
        if (n > 2)
            Unsafe.Add(ref q, 2) = value.v[2];
    }

    // Fused where the hardware has FMA, else a product, then a sum.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128F32 MultiplyAdd(Vec128F32 a, Vec128F32 b, Vec128F32 c) =>
        new(Vector128.MultiplyAddEstimate(a.v, b.v, c.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddProduct(ref Vec128F32 sum, Vec128F32 a, Vec128F32 b) => sum.v = Vector128.MultiplyAddEstimate(a.v, b.v, sum.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128F32 MultiplySubtract(Vec128F32 a, Vec128F32 b, Vec128F32 c) =>
        new(Fma.IsSupported ? Fma.MultiplyAddNegated(a.v, b.v, c.v) : Vector128.MultiplyAddEstimate(-a.v, b.v, c.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128F32 Min(Vec128F32 a, Vec128F32 b) => new(Vector128.Min(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128F32 Max(Vec128F32 a, Vec128F32 b) => new(Vector128.Max(a.v, b.v));

    // The native minimum returns its second operand when either is NaN (x86) or NaN (Arm): a NaN in x stays.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128F32 Clamp(Vec128F32 x, Vec128F32 low, Vec128F32 high) =>
        new(Vector128.MinNative(high.v, Vector128.MaxNative(low.v, x.v)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128F32 AtMost(Vec128F32 x, Vec128F32 high) => new(Vector128.MinNative(high.v, x.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128F32 Sqrt(Vec128F32 x) => new(Vector128.Sqrt(x.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128F32 Abs(Vec128F32 x) => new(Vector128.Abs(x.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128F32 Less(Vec128F32 a, Vec128F32 b) => new(Vector128.LessThan(a.v, b.v) & Vector128<float>.One);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128F32 LessOrEqual(Vec128F32 a, Vec128F32 b) => new(Vector128.LessThanOrEqual(a.v, b.v) & Vector128<float>.One);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128F32 Equal(Vec128F32 a, Vec128F32 b) => new(Vector128.Equals(a.v, b.v) & Vector128<float>.One);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128F32 Select(Vec128F32 condition, Vec128F32 a, Vec128F32 b) =>
        new(Vector128.ConditionalSelect(Vector128.Equals(condition.v, Vector128<float>.Zero), b.v, a.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128F32 SelectLess(Vec128F32 a, Vec128F32 b, Vec128F32 x, Vec128F32 y) =>
        new(Vector128.ConditionalSelect(Vector128.LessThan(a.v, b.v), x.v, y.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vec128F32 x) => (x.v[0] + x.v[2]) + (x.v[1] + x.v[3]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Max(Vec128F32 x) => MathF.Max(MathF.Max(x.v[0], x.v[2]), MathF.Max(x.v[1], x.v[3]));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128F32 And(Vec128F32 a, Vec128F32 b) => new(a.v & b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128F32 Or(Vec128F32 a, Vec128F32 b) => new(a.v | b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128F32 Xor(Vec128F32 a, Vec128F32 b) => new(a.v ^ b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128F32 AddBits(Vec128F32 a, Vec128F32 b) => new((a.v.AsInt32() + b.v.AsInt32()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128F32 ShiftLeft(Vec128F32 x, int count) => new((x.v.AsInt32() << count).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128F32 ShiftRight(Vec128F32 x, int count) => new((x.v.AsInt32() >>> count).AsSingle());
}
