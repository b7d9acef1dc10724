namespace RnnJit.Gpu.Tests.Ptx;

/// <summary>Instructions with operands and the results that the manual defines: section, name, operands, result.</summary>
internal static class PtxCases
{
    private const string Integer = "Integer Arithmetic", Logic = "Logic and Shift", Move = "Data Movement and Conversion",
        Real = "Floating Point", Compare = "Comparison and Selection";

    private const float Nan = float.NaN, Inf = float.PositiveInfinity, Tiny = float.Epsilon;
    private const double Nan64 = double.NaN, Inf64 = double.PositiveInfinity, Tiny64 = double.Epsilon;

    // What float32 computes without a number is 0x7FFFFFFF; .NET's NaN is 0xFFC00000.
    private static readonly float Canonical = BitConverter.UInt32BitsToSingle(0x7FFFFFFF);

    // The number after 1, and halves of its distance.
    private static readonly float Next = MathF.BitIncrement(1), Half = MathF.ScaleB(1, -24);
    private static readonly double Next64 = Math.BitIncrement(1), Half64 = Math.ScaleB(1, -53);

    public static readonly (string, string, object[], object)[] Integers =
    [
        (Integer, "add.s32", [int.MaxValue, 1], int.MinValue), (Integer, "add.s32", [-5, 3], -2),
        (Integer, "add.s64", [long.MaxValue, 1L], long.MinValue), (Integer, "add.s64", [1L << 32, -1L], 0xFFFFFFFFL),
        (Integer, "add.u64", [ulong.MaxValue, 2UL], 1UL), (Integer, "add.u64", [0xFFFFFFFFUL, 1UL], 1UL << 32),
        (Integer, "sub.s32", [int.MinValue, 1], int.MaxValue), (Integer, "sub.s32", [3, 5], -2),
        (Integer, "sub.s64", [long.MinValue, 1L], long.MaxValue), (Integer, "sub.s64", [3L, 5L], -2L),
        (Integer, "mul.lo.s32", [0x10001, 0x10001], 0x20001), (Integer, "mul.lo.s32", [-3, 7], -21),
        (Integer, "mul.lo.s64", [0x100000001L, 0x100000001L], 0x200000001L), (Integer, "mul.lo.s64", [-3L, 7L], -21L),
        (Integer, "mul.wide.u32", [0xFFFFFFFFu, 0xFFFFFFFFu], 0xFFFFFFFE00000001UL),
        (Integer, "mul.wide.u32", [0xFFFFFFFFu, 4u], 0x3FFFFFFFCUL),
        (Integer, "mad.lo.u64", [0x100000001UL, 0x100000000UL, 5UL], 0x100000005UL),
        (Integer, "mad.lo.u64", [ulong.MaxValue, 8UL, 64UL], 56UL),
        (Integer, "div.s64", [-7L, 2L], -3L), (Integer, "div.s64", [7L, -2L], -3L),
        (Integer, "div.s64", [long.MinValue, 1L], long.MinValue),
        (Integer, "rem.s64", [-7L, 2L], -1L), (Integer, "rem.s64", [7L, -2L], 1L), (Integer, "rem.s64", [6L, 3L], 0L),
        (Integer, "div.u32", [0xFFFFFFF9u, 2u], 0x7FFFFFFCu), (Integer, "div.u32", [6u, 7u], 0u),
        (Integer, "rem.u32", [0xFFFFFFF9u, 2u], 1u), (Integer, "rem.u32", [6u, 7u], 6u),
        (Integer, "neg.s64", [5L], -5L), (Integer, "neg.s64", [long.MinValue], long.MinValue),
        (Logic, "and.b32", [0xF0F0F0F0u, 0xFF00FF00u], 0xF000F000u),
        (Logic, "and.b64", [0xF0F0F0F0F0F0F0F0, 0xFF00FF00FF00FF00], 0xF000F000F000F000),
        (Logic, "or.b32", [0xF0F0F0F0u, 0x0000FFFFu], 0xF0F0FFFFu),
        (Logic, "or.b64", [0xF0F0F0F000000000, 0x0000FFFF0000FFFFUL], 0xF0F0FFFF0000FFFF),
        (Logic, "xor.b32", [0xFF00FF00u, 0xFFFFFFFFu], 0x00FF00FFu),
        (Logic, "and.pred", [true, false], false), (Logic, "and.pred", [true, true], true),
        (Logic, "or.pred", [true, false], true), (Logic, "or.pred", [false, false], false),
        (Logic, "not.pred", [true], false), (Logic, "not.pred", [false], true),

        // Amounts beyond the size are taken for the size.
        (Logic, "shl.b32", [0x80000001u, 1u], 2u), (Logic, "shl.b32", [1u, 31u], 0x80000000u), (Logic, "shl.b32", [1u, 32u], 0u),
        (Logic, "shl.b32", [1u, 0x80000000u], 0u),
        (Logic, "shl.b64", [1UL, 63u], 1UL << 63), (Logic, "shl.b64", [1UL, 64u], 0UL), (Logic, "shl.b64", [1UL, 0xFFFFFFFFu], 0UL),
        (Logic, "shr.s32", [-8, 1u], -4), (Logic, "shr.s32", [-8, 40u], -1), (Logic, "shr.s32", [8, 32u], 0),
        (Logic, "shr.s64", [-8L, 1u], -4L), (Logic, "shr.s64", [-8L, 64u], -1L), (Logic, "shr.s64", [8L, 100u], 0L),
        (Logic, "shr.u32", [0xFFFFFFF8u, 1u], 0x7FFFFFFCu), (Logic, "shr.u32", [0xFFFFFFFFu, 32u], 0u),
        (Logic, "shr.u64", [0xFFFFFFFFFFFFFFF8, 1u], 0x7FFFFFFFFFFFFFFCUL), (Logic, "shr.u64", [ulong.MaxValue, 64u], 0UL),
        (Move, "mov.b32", [0xDEADBEEFu], 0xDEADBEEFu), (Move, "mov.b64", [0xDEADBEEF01234567], 0xDEADBEEF01234567),
        (Move, "mov.f32", [-0f], -0f), (Move, "mov.f64", [-0d], -0d), (Move, "mov.pred", [true], true), (Move, "mov.pred", [false], false),
        (Move, "cvta.to.global.u64", [0x10000000040UL], 0x10000000040UL),
        (Move, "cvt.s64.s32", [-2], -2L), (Move, "cvt.s64.s32", [int.MaxValue], 0x7FFFFFFFL),
        (Move, "cvt.s32.s64", [-2L], -2), (Move, "cvt.s32.s64", [0x180000000L], int.MinValue),
        (Move, "cvt.u64.u32", [0xFFFFFFFEu], 0xFFFFFFFEUL), (Move, "cvt.u32.u64", [0x1FFFFFFFEUL], 0xFFFFFFFEu),
        (Compare, "selp.b32", [1u, 2u, true], 1u), (Compare, "selp.b32", [1u, 2u, false], 2u),
        (Compare, "selp.b64", [1UL, 2UL, true], 1UL), (Compare, "selp.b64", [1UL, 2UL, false], 2UL),
    ];

    public static readonly (string, string, object[], object)[] Reals =
    [
        // Half of the last place goes to the even neighbour; subnormal numbers are kept; zeros have signs.
        (Real, "add.f32", [1f, Half], 1f), (Real, "add.f32", [Next, Half], MathF.BitIncrement(Next)),
        (Real, "add.f32", [Tiny, Tiny], 2 * Tiny),
        (Real, "add.f32", [-0f, 0f], 0f), (Real, "add.f32", [-0f, -0f], -0f), (Real, "add.f32", [Inf, -Inf], Canonical),
        (Real, "add.f32", [float.MaxValue, float.MaxValue], Inf), (Real, "add.f32", [Nan, 1f], Canonical),
        (Real, "add.f64", [1d, Half64], 1d), (Real, "add.f64", [Next64, Half64], Math.BitIncrement(Next64)),
        (Real, "add.f64", [Tiny64, Tiny64], 2 * Tiny64), (Real, "add.f64", [0.1, 0.2], 0.30000000000000004),
        (Real, "sub.f32", [1f, 1f], 0f), (Real, "sub.f32", [1f, 2f], -1f), (Real, "sub.f32", [Inf, Inf], Canonical),
        (Real, "sub.f64", [1d, 1d], 0d), (Real, "sub.f64", [0.3, 0.1], 0.19999999999999998),
        (Real, "mul.rn.f32", [Next, Next], 1.00000024f), (Real, "mul.rn.f32", [Tiny, 0.5f], 0f),
        (Real, "mul.rn.f32", [3 * Tiny, 0.5f], 2 * Tiny),
        (Real, "mul.rn.f32", [-1f, 0f], -0f), (Real, "mul.rn.f32", [Inf, 0f], Canonical), (Real, "mul.rn.f32", [float.MaxValue, 2f], Inf),
        (Real, "mul.rn.f64", [0.1, 3d], 0.30000000000000004), (Real, "mul.rn.f64", [Tiny64, 0.5], 0d), (Real, "mul.rn.f64", [-1d, 0d], -0d),
        (Real, "div.rn.f32", [1f, 3f], 0.333333343f), (Real, "div.rn.f32", [2f, 3f], 0.6666667f), (Real, "div.rn.f32", [1f, -0f], -Inf),
        (Real, "div.rn.f32", [0f, 0f], Canonical), (Real, "div.rn.f32", [Tiny, 2f], 0f), (Real, "div.rn.f32", [1f, Inf], 0f),
        (Real, "div.rn.f64", [1d, 3d], 0.3333333333333333), (Real, "div.rn.f64", [-1d, 0d], -Inf64), (Real, "div.rn.f64", [Tiny64, 2d], 0d),

        // (1 + u)² − (1 + 2u) = u², of which a product that is rounded first leaves nothing.
        (Real, "fma.rn.f32", [Next, Next, -1.00000024f], MathF.ScaleB(1, -46)), (Real, "fma.rn.f32", [2f, 3f, 1f], 7f),
        (Real, "fma.rn.f32", [Inf, 0f, 1f], Canonical), (Real, "fma.rn.f32", [-1f, 0f, -0f], -0f), (Real, "fma.rn.f32", [1f, 0f, -0f], 0f),
        (Real, "fma.rn.f64", [Next64, Next64, -Math.BitIncrement(Next64)], Math.ScaleB(1, -104)), (Real, "fma.rn.f64", [2d, 3d, 1d], 7d),
        (Real, "rcp.rn.f32", [3f], 0.333333343f), (Real, "rcp.rn.f32", [-0f], -Inf), (Real, "rcp.rn.f32", [Inf], 0f),
        (Real, "rcp.rn.f32", [Nan], Canonical),
        (Real, "rcp.rn.f64", [3d], 0.3333333333333333), (Real, "rcp.rn.f64", [-Inf64], -0d),
        (Real, "sqrt.rn.f32", [2f], 1.41421354f), (Real, "sqrt.rn.f32", [-0f], -0f), (Real, "sqrt.rn.f32", [-1f], Canonical),
        (Real, "sqrt.rn.f32", [Inf], Inf),
        (Real, "sqrt.rn.f64", [2d], 1.4142135623730951), (Real, "sqrt.rn.f64", [-0d], -0d),
        (Real, "sqrt.rn.f64", [Tiny64], 2.2227587494850775E-162),
        (Real, "neg.f32", [0f], -0f), (Real, "neg.f32", [-Inf], Inf), (Real, "neg.f64", [0d], -0d), (Real, "neg.f64", [2d], -2d),
        (Real, "abs.f32", [-0f], 0f), (Real, "abs.f32", [-Inf], Inf), (Real, "abs.f64", [-0d], 0d), (Real, "abs.f64", [-2d], 2d),
        (Move, "cvt.f64.f32", [0.1f], 0.10000000149011612), (Move, "cvt.f64.f32", [Tiny], 1.401298464324817E-45),
        (Move, "cvt.f64.f32", [-Inf], -Inf64),
        (Move, "cvt.rn.f32.f64", [0.1], 0.1f), (Move, "cvt.rn.f32.f64", [1e300], Inf),
        (Move, "cvt.rn.f32.f64", [1 + Half64 + Math.ScaleB(1, -24)], 1f),
        (Move, "cvt.rn.f32.f64", [1 + Math.ScaleB(1, -24) + Math.ScaleB(1, -50)], Next), (Move, "cvt.rn.f32.f64", [1e-300], 0f),
        (Move, "cvt.rn.f32.f64", [Nan64], Canonical),

        // Towards −∞; infinities and the sign of zero stay.
        (Move, "cvt.rmi.f32.f32", [1.75f], 1f), (Move, "cvt.rmi.f32.f32", [-1.25f], -2f), (Move, "cvt.rmi.f32.f32", [-Tiny], -1f),
        (Move, "cvt.rmi.f32.f32", [-0f], -0f), (Move, "cvt.rmi.f32.f32", [-Inf], -Inf), (Move, "cvt.rmi.f32.f32", [Nan], Canonical),
        (Move, "cvt.rmi.f64.f64", [1.75], 1d), (Move, "cvt.rmi.f64.f64", [-1.25], -2d), (Move, "cvt.rmi.f64.f64", [Tiny64], 0d),
        (Move, "cvt.rmi.f64.f64", [-0d], -0d), (Move, "cvt.rmi.f64.f64", [Inf64], Inf64),

        // Towards 0; what lies beyond becomes the nearest integer there is, a NaN of float64 the least.
        (Move, "cvt.rzi.s32.f64", [1.9], 1), (Move, "cvt.rzi.s32.f64", [-1.9], -1), (Move, "cvt.rzi.s32.f64", [3e9], int.MaxValue),
        (Move, "cvt.rzi.s32.f64", [-Inf64], int.MinValue), (Move, "cvt.rzi.s32.f64", [Nan64], int.MinValue),
    ];

    /// <summary>All comparisons, each of numbers in either order, of equal ones, and of a NaN.</summary>
    public static readonly (string, string, object[], object)[] Comparisons =
    [
        .. Family("s32", ["eq", "ne", "lt", "le", "gt", "ge"], [-1, 1], [7, 7], [1, -1], [int.MaxValue, int.MinValue]),
        .. Family("s64", ["eq", "ne", "lt", "le", "gt", "ge"], [-1L, 1L], [7L, 7L], [1L, -1L], [1L << 40, 5L]),
        .. Family("u32", ["eq", "ne", "lo", "ls", "hi", "hs"], [1u, 0xFFFFFFFFu], [7u, 7u], [0xFFFFFFFFu, 1u], [0x80000000u, 0x7FFFFFFFu]),
        .. Family("u64", ["eq", "ne", "lo", "ls", "hi", "hs"], [1UL, ulong.MaxValue], [7UL, 7UL], [ulong.MaxValue, 1UL], [1UL << 63, 1UL]),
        .. Family("f32", ["eq", "ne", "lt", "le", "gt", "ge"], [-1f, Tiny], [-0f, 0f], [Inf, float.MaxValue], [1f, -1f], [1f, Nan],
            [Nan, Nan]),
        .. Family("f64", ["eq", "ne", "lt", "le", "gt", "ge"], [-1d, Tiny64], [-0d, 0d], [Inf64, double.MaxValue], [1d, -1d], [1d, Nan64],
            [Nan64, Nan64]),
        .. Family("f32", ["equ", "neu", "ltu", "leu", "gtu", "geu"], [-1f, Tiny], [-0f, 0f], [Inf, float.MaxValue], [1f, -1f], [1f, Nan],
            [Nan, Nan]),
        .. Family("f64", ["equ", "neu", "ltu", "leu", "gtu", "geu"], [-1d, Tiny64], [-0d, 0d], [Inf64, double.MaxValue], [1d, -1d],
            [1d, Nan64], [Nan64, Nan64]),
    ];

    // Pairs: less, equal, greater, greater, and for real numbers two without an order. A row is a relation, a letter a pair.
    private static IEnumerable<(string, string, object[], object)> Family(string type, string[] names, params object[][] pairs)
    {
        string[] holds = ["-+--", "+-++", "+---", "++--", "--++", "-+++"];
        for (int relation = 0; relation < names.Length; relation++)
        {
            for (int pair = 0; pair < pairs.Length; pair++)
            {
                bool isTrue = pair < 4 ? holds[relation][pair] == '+' : names[relation].Length == 3;
                yield return (Compare, $"setp.{names[relation]}.{type}", pairs[pair], isTrue);
            }
        }
    }
}
