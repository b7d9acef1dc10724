using static RnnJit.Gpu.Tests.Ptx.PtxOperations;

namespace RnnJit.Gpu.Tests.Ptx;

/// <summary>Floating point, IEEE 754's with the nearest even number; subnormal numbers are kept. A NaN that float32 computes is
/// 0x7FFFFFFF.</summary>
internal static class PtxReals
{
    private const uint Nan = 0x7FFFFFFF, Sign = 0x80000000;
    private const ulong Sign64 = 0x8000000000000000;

    public static KeyValuePair<string, PtxOperation>[] All() =>
    [
        Two("add.f32", "f32 f32 f32", (a, b) => Of(F32(a) + F32(b))),
        Two("add.f64", "f64 f64 f64", (a, b) => Of(F64(a) + F64(b))),
        Two("sub.f32", "f32 f32 f32", (a, b) => Of(F32(a) - F32(b))),
        Two("sub.f64", "f64 f64 f64", (a, b) => Of(F64(a) - F64(b))),
        Two("mul.rn.f32", "f32 f32 f32", (a, b) => Of(F32(a) * F32(b))),
        Two("mul.rn.f64", "f64 f64 f64", (a, b) => Of(F64(a) * F64(b))),
        Two("div.rn.f32", "f32 f32 f32", (a, b) => Of(F32(a) / F32(b))),
        Two("div.rn.f64", "f64 f64 f64", (a, b) => Of(F64(a) / F64(b))),
        Three("fma.rn.f32", "f32 f32 f32 f32", (a, b, c) => Of(MathF.FusedMultiplyAdd(F32(a), F32(b), F32(c)))),
        Three("fma.rn.f64", "f64 f64 f64 f64", (a, b, c) => Of(Math.FusedMultiplyAdd(F64(a), F64(b), F64(c)))),
        One("rcp.rn.f32", "f32 f32", a => Of(1 / F32(a))),
        One("rcp.rn.f64", "f64 f64", a => Of(1 / F64(a))),
        One("sqrt.rn.f32", "f32 f32", a => Of(MathF.Sqrt(F32(a)))),
        One("sqrt.rn.f64", "f64 f64", a => Of(Math.Sqrt(F64(a)))),
        One("neg.f32", "f32 f32", a => a ^ Sign),
        One("neg.f64", "f64 f64", a => a ^ Sign64),
        One("abs.f32", "f32 f32", a => a & ~(ulong)Sign),
        One("abs.f64", "f64 f64", a => a & ~Sign64),
        One("cvt.rmi.f32.f32", "f32 f32", a => Of(MathF.Floor(F32(a)))),
        One("cvt.rmi.f64.f64", "f64 f64", a => Of(Math.Floor(F64(a)))),
        One("cvt.f64.f32", "f64 f32", a => Of((double)F32(a))),
        One("cvt.rn.f32.f64", "f32 f64", a => Of((float)F64(a))),
        One("cvt.rzi.s32.f64", "s32 f64", a => Truncated(F64(a))),
    ];

    public static float F32(ulong bits) => BitConverter.UInt32BitsToSingle((uint)bits);

    public static double F64(ulong bits) => BitConverter.UInt64BitsToDouble(bits);

    public static ulong Of(float x) => float.IsNaN(x) ? Nan : BitConverter.SingleToUInt32Bits(x);

    public static ulong Of(double x) => BitConverter.DoubleToUInt64Bits(x);

    // Towards 0, and to the nearest integer there is; a NaN of float64 is the least one.
    private static ulong Truncated(double x) => unchecked((uint)(int)(double.IsNaN(x) ? int.MinValue
        : Math.Clamp(Math.Truncate(x), int.MinValue, int.MaxValue)));
}
