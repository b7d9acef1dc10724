using ILGPU;
using RnnJit.Cpu.Simd;

namespace RnnJit.Gpu.Kernels;

/// <summary>One double of a thread, rounded as a lane of a vector of the CPU.</summary>
/// <remarks>Numbers of conditions are spelled <c>c ? 1d : 0d</c>: ILGPU 1.5.3 gives a converted integer of a condition the bits of that
/// integer.</remarks>
public readonly struct Device64(double value) : IDeviceReal<Device64, double>
{
    private readonly double v = value;

    public static int Count => 1;

    public static bool HasFma => true;

    public static Device64 Iota => new(0);

    public static Device64 operator +(Device64 a, Device64 b) => new(a.v + b.v);

    public static Device64 operator -(Device64 a, Device64 b) => new(a.v - b.v);

    public static Device64 operator *(Device64 a, Device64 b) => new(DeviceIntrinsics.Mul(a.v, b.v));

    public static Device64 operator /(Device64 a, Device64 b) => new(a.v / b.v);

    public static Device64 operator -(Device64 a) => new(-a.v);

    public static Device64 Create(double value) => new((double)value);

    public static Device64 Broadcast(double value) => new(value);

    public static Device64 FromBits(long bits) => Of((ulong)bits);

    public static Device64 Load(ref double p, nint offset) => new(p);

    public static void Store(Device64 value, ref double p, nint offset) => p = value.v;

    public static Device64 LoadPartial(ref double p, nint offset, int n) => new(p);

    public static void StorePartial(Device64 value, ref double p, nint offset, int n) => p = value.v;

    public static Device64 MultiplyAdd(Device64 a, Device64 b, Device64 c) => new(DeviceIntrinsics.Fma(a.v, b.v, c.v));

    public static void AddProduct(ref Device64 sum, Device64 a, Device64 b) => sum = MultiplyAdd(a, b, sum);

    public static Device64 MultiplySubtract(Device64 a, Device64 b, Device64 c) => new(DeviceIntrinsics.Fma(-a.v, b.v, c.v));

    // Of equal numbers only zeros differ in bits: the minimum of them has either sign bit, the maximum both.
    public static Device64 Min(Device64 a, Device64 b) =>
        a.v < b.v ? a : b.v < a.v ? b : a.v == b.v ? Or(a, b) : IsNaN(a) ? a : b;

    public static Device64 Max(Device64 a, Device64 b) =>
        a.v > b.v ? a : b.v > a.v ? b : a.v == b.v ? And(a, b) : IsNaN(a) ? a : b;

    public static Device64 Clamp(Device64 x, Device64 low, Device64 high) => x.v < low.v ? low : high.v < x.v ? high : x;

    public static Device64 AtMost(Device64 x, Device64 high) => high.v < x.v ? high : x;

    public static Device64 Sqrt(Device64 x) => new(Math.Sqrt(x.v));

    public static Device64 Abs(Device64 x) => new(Math.Abs(x.v));

    public static Device64 Less(Device64 a, Device64 b) => new(a.v < b.v ? 1d : 0d);

    public static Device64 LessOrEqual(Device64 a, Device64 b) => new(a.v <= b.v ? 1d : 0d);

    public static Device64 Equal(Device64 a, Device64 b) => new(a.v == b.v ? 1d : 0d);

    public static Device64 Select(Device64 condition, Device64 a, Device64 b) => condition.v == 0 ? b : a;

    public static Device64 SelectLess(Device64 a, Device64 b, Device64 x, Device64 y) => a.v < b.v ? x : y;

    public static double Sum(Device64 x) => x.v;

    public static double Max(Device64 x) => x.v;

    public static Device64 And(Device64 a, Device64 b) => Of(Bits(a) & Bits(b));

    public static Device64 Or(Device64 a, Device64 b) => Of(Bits(a) | Bits(b));

    public static Device64 Xor(Device64 a, Device64 b) => Of(Bits(a) ^ Bits(b));

    public static Device64 AddBits(Device64 a, Device64 b) => Of(unchecked(Bits(a) + Bits(b)));

    public static Device64 ShiftLeft(Device64 x, int count) => Of(Bits(x) << count);

    public static Device64 ShiftRight(Device64 x, int count) => Of(Bits(x) >> count);

    public static double Widen(double x) => x;

    public static double Narrow(double x) => (double)x;

    private static bool IsNaN(Device64 x) => !(x.v <= 0) && !(x.v >= 0);

    private static ulong Bits(Device64 x) => Interop.FloatAsInt(x.v);

    private static Device64 Of(ulong bits) => new(Interop.IntAsFloat(bits));
}
