using ILGPU;

namespace RnnJit.Gpu.Kernels;

/// <summary>One float of a thread, rounded as a lane of a vector of the CPU. The build makes the other precision of this text.</summary>
/// <remarks>Two miscompiles of ILGPU 1.5.3 are spelled around. A converted integer of a condition has the bits of that integer: it is
/// spelled <c>c ? 1f : 0f</c>. A comparison whose left side is a constant becomes its mirror image, and NaN goes the other way:
/// a right side that may be NaN is asked for.</remarks>
public readonly struct Device32(float value) : IDeviceReal<Device32, float>
{
    private readonly float v = value;

    public static int Count => 1;

    public static bool HasFma => true;

    public static Device32 Iota => new(0);

    public static Device32 operator +(Device32 a, Device32 b) => new(a.v + b.v);

    public static Device32 operator -(Device32 a, Device32 b) => new(a.v - b.v);

    public static Device32 operator *(Device32 a, Device32 b) => new(DeviceIntrinsics.Mul(a.v, b.v));

    public static Device32 operator /(Device32 a, Device32 b) => new(a.v / b.v);

    public static Device32 operator -(Device32 a) => new(-a.v);

    public static Device32 Create(double value) => new((float)value);

    public static Device32 Broadcast(float value) => new(value);

    public static Device32 FromBits(long bits) => Of((uint)bits);

    public static Device32 Load(ref float p, nint offset) => new(p);

    public static void Store(Device32 value, ref float p, nint offset) => p = value.v;

    public static Device32 LoadPartial(ref float p, nint offset, int n) => new(p);

    public static void StorePartial(Device32 value, ref float p, nint offset, int n) => p = value.v;

    public static Device32 MultiplyAdd(Device32 a, Device32 b, Device32 c) => new(DeviceIntrinsics.Fma(a.v, b.v, c.v));

    public static void AddProduct(ref Device32 sum, Device32 a, Device32 b) => sum = MultiplyAdd(a, b, sum);

    public static Device32 MultiplySubtract(Device32 a, Device32 b, Device32 c) => new(DeviceIntrinsics.Fma(-a.v, b.v, c.v));

    // Of equal numbers only zeros differ in bits: the minimum of them has either sign bit, the maximum both.
    public static Device32 Min(Device32 a, Device32 b) =>
        IsNaN(a) ? a : IsNaN(b) ? b : a.v < b.v ? a : b.v < a.v ? b : Or(a, b);

    public static Device32 Max(Device32 a, Device32 b) =>
        IsNaN(a) ? a : IsNaN(b) ? b : a.v > b.v ? a : b.v > a.v ? b : And(a, b);

    public static Device32 Clamp(Device32 x, Device32 low, Device32 high) => x.v < low.v ? low : x.v > high.v ? high : x;

    public static Device32 AtMost(Device32 x, Device32 high) => x.v > high.v ? high : x;

    public static Device32 Sqrt(Device32 x) => new(MathF.Sqrt(x.v));

    public static Device32 Abs(Device32 x) => new(MathF.Abs(x.v));

    public static Device32 Floor(Device32 x) => new(DeviceIntrinsics.Floor(x.v));

    public static Device32 Less(Device32 a, Device32 b) => new(IsLess(a, b) ? 1f : 0f);

    public static Device32 LessOrEqual(Device32 a, Device32 b) => new(a.v <= b.v && !IsNaN(b) ? 1f : 0f);

    public static Device32 Equal(Device32 a, Device32 b) => new(a.v == b.v && !IsNaN(b) ? 1f : 0f);

    public static Device32 Select(Device32 condition, Device32 a, Device32 b) => condition.v == 0 ? b : a;

    public static Device32 SelectLess(Device32 a, Device32 b, Device32 x, Device32 y) => IsLess(a, b) ? x : y;

    public static float Sum(Device32 x) => x.v;

    public static float Max(Device32 x) => x.v;

    public static Device32 And(Device32 a, Device32 b) => Of(Bits(a) & Bits(b));

    public static Device32 Or(Device32 a, Device32 b) => Of(Bits(a) | Bits(b));

    public static Device32 Xor(Device32 a, Device32 b) => Of(Bits(a) ^ Bits(b));

    public static Device32 AddBits(Device32 a, Device32 b) => Of(unchecked(Bits(a) + Bits(b)));

    public static Device32 ShiftLeft(Device32 x, int count) => Of(Bits(x) << count);

    public static Device32 ShiftRight(Device32 x, int count) => Of(Bits(x) >> count);

    public static double Widen(float x) => x;

    public static float Narrow(double x) => (float)x;

    private static bool IsLess(Device32 a, Device32 b) => a.v < b.v && !IsNaN(b);

    private static bool IsNaN(Device32 x) => !(x.v <= 0) && !(x.v >= 0);

    private static uint Bits(Device32 x) => Interop.FloatAsInt(x.v);

    private static Device32 Of(uint bits) => new(Interop.IntAsFloat(bits));
}
