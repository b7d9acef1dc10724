using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Runtime;

namespace RnnJit.Jit.Tests.Contracts;

/// <summary>A Program gives what the oracle gives: in both precisions, with one thread and two, and once more with what
/// the first run left behind.</summary>
internal static class OracleContract
{
    public static void Check(Graph program, IReadOnlyDictionary<string, int> sizes, IReadOnlyDictionary<string, NdArray>? given = null,
        string[]? without = null, Action<CompiledExecutable>? planned = null)
    {
        IReadOnlyDictionary<string, NdArray> data = given ?? CellProgram.Draw(program, sizes);
        Dictionary<string, NdArray> wanted = Interpreter.Run(program, data, sizes);
        foreach (var (threads, real) in new[] { (1, ElementType.F32), (2, ElementType.F32), (1, ElementType.F64), (2, ElementType.F64) })
        {
            using Executable executable = CellProgram.Create(program, sizes, threads, real, without);
            planned?.Invoke((CompiledExecutable)executable);
            for (int run = 0; run < 2; run++)
                AssertAgrees(CellProgram.Run(executable, data), wanted, real, $"{threads} threads, run {run}");
        }
    }

    public static void AssertAgrees(IReadOnlyDictionary<string, NdArray> found, IReadOnlyDictionary<string, NdArray> wanted,
        ElementType real, string what)
    {
        foreach (var (name, value) in wanted)
            Assert.That(Bits.Distance(found[name], value), Is.LessThan(real == ElementType.F32 ? 1e-5 : 1e-12),
                $"{name} in {real}, {what}");
    }
}
