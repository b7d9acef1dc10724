namespace RnnJit.Gpu.Tests.Ptx;

/// <summary>The function that an instruction computes from numbers in registers.</summary>
/// <param name="Types">The type of its result, then those of its operands.</param>
/// <param name="Apply">Bits of operands to bits of the result, a Func of as many operands; bits above a type's size are 0.</param>
internal sealed record PtxOperation(string[] Types, Delegate Apply);

/// <summary>
/// Instructions from registers to registers: those that ILGPU writes for the engine's kernels and no others. Definitions are those of the
/// manual, NVIDIA's "Parallel Thread Execution ISA", chapter "Instruction Set".
/// </summary>
internal static class PtxOperations
{
    /// <summary>Instructions by name.</summary>
    public static IReadOnlyDictionary<string, PtxOperation> All { get; } = Integers().Concat(Bits()).Concat(Moves())
        .Concat(PtxReals.All()).Concat(PtxComparisons.All()).ToDictionary();

    public static KeyValuePair<string, PtxOperation> One(string name, string types, Func<ulong, ulong> apply) =>
        new(name, new(types.Split(' '), apply));

    public static KeyValuePair<string, PtxOperation> Two(string name, string types, Func<ulong, ulong, ulong> apply) =>
        new(name, new(types.Split(' '), apply));

    public static KeyValuePair<string, PtxOperation> Three(string name, string types, Func<ulong, ulong, ulong, ulong> apply) =>
        new(name, new(types.Split(' '), apply));

    // Sums, differences and products keep the low half, whatever the sign.
    private static KeyValuePair<string, PtxOperation>[] Integers() => unchecked(
    [
        Two("add.s32", "s32 s32 s32", (a, b) => (uint)(a + b)),
        Two("add.s64", "s64 s64 s64", (a, b) => a + b),
        Two("add.u64", "u64 u64 u64", (a, b) => a + b),
        Two("sub.s32", "s32 s32 s32", (a, b) => (uint)(a - b)),
        Two("sub.s64", "s64 s64 s64", (a, b) => a - b),
        Two("mul.lo.s32", "s32 s32 s32", (a, b) => (uint)(a * b)),
        Two("mul.lo.s64", "s64 s64 s64", (a, b) => a * b),
        Two("mul.wide.u32", "u64 u32 u32", (a, b) => a * b),
        Three("mad.lo.u64", "u64 u64 u64 u64", (a, b, c) => (a * b) + c),
        Two("div.s64", "s64 s64 s64", (a, b) => (ulong)Quotient((long)a, (long)b).Quotient),
        Two("div.u32", "u32 u32 u32", (a, b) => (uint)Unsigned(a, b).Quotient),
        Two("rem.u32", "u32 u32 u32", (a, b) => (uint)Unsigned(a, b).Remainder),
        Two("rem.s64", "s64 s64 s64", (a, b) => (ulong)Quotient((long)a, (long)b).Remainder),
        One("neg.s64", "s64 s64", a => 0 - a),
    ]);

    // A shift by the size of a type or more gives 0, or the sign in all bits.
    private static KeyValuePair<string, PtxOperation>[] Bits() => unchecked(
    [
        Two("and.b32", "b32 b32 b32", (a, b) => a & b),
        Two("and.b64", "b64 b64 b64", (a, b) => a & b),
        Two("and.pred", "pred pred pred", (a, b) => a & b),
        Two("or.b32", "b32 b32 b32", (a, b) => a | b),
        Two("or.b64", "b64 b64 b64", (a, b) => a | b),
        Two("or.pred", "pred pred pred", (a, b) => a | b),
        Two("xor.b32", "b32 b32 b32", (a, b) => a ^ b),
        One("not.pred", "pred pred", a => a ^ 1),
        Two("shl.b32", "b32 b32 u32", (a, n) => n > 31 ? 0 : (uint)(a << (int)n)),
        Two("shl.b64", "b64 b64 u32", (a, n) => n > 63 ? 0 : a << (int)n),
        Two("shr.s32", "s32 s32 u32", (a, n) => (uint)((int)a >> (int)Math.Min(n, 31))),
        Two("shr.s64", "s64 s64 u32", (a, n) => (ulong)((long)a >> (int)Math.Min(n, 63))),
        Two("shr.u32", "u32 u32 u32", (a, n) => n > 31 ? 0 : a >> (int)n),
        Two("shr.u64", "u64 u64 u32", (a, n) => n > 63 ? 0 : a >> (int)n),
    ]);

    private static KeyValuePair<string, PtxOperation>[] Moves() => unchecked(
    [
        One("mov.b32", "b32 b32", a => a),
        One("mov.b64", "b64 b64", a => a),
        One("mov.f32", "f32 f32", a => a),
        One("mov.f64", "f64 f64", a => a),
        One("mov.pred", "pred pred", a => a),
        One("cvta.to.global.u64", "u64 u64", a => a),
        Three("selp.b32", "b32 b32 b32 pred", (a, b, p) => p != 0 ? a : b),
        Three("selp.b64", "b64 b64 b64 pred", (a, b, p) => p != 0 ? a : b),
        One("cvt.s64.s32", "s64 s32", a => (ulong)(int)a),
        One("cvt.s32.s64", "s32 s64", a => (uint)a),
        One("cvt.u64.u32", "u64 u32", a => a),
        One("cvt.u32.u64", "u32 u64", a => (uint)a),
    ]);

    private static (ulong Quotient, ulong Remainder) Unsigned(ulong a, ulong b) =>
        b == 0 ? throw new PtxException("divides by 0, whose result PTX leaves open") : Math.DivRem(a, b);

    private static (long Quotient, long Remainder) Quotient(long a, long b) =>
        b == 0 ? throw new PtxException("divides by 0, whose result PTX leaves open")
        : a == long.MinValue && b == -1 ? throw new PtxException("divides the least number by -1, whose result PTX leaves open")
        : Math.DivRem(a, b);
}
