using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Passes;
using RnnJit.Runtime;

namespace RnnJit.Jit.Tests.Contracts;

/// <summary>
/// The contract of compiled Programs: agreement with the oracle, the same bits for any number of threads, no op left to the interpreter.
/// </summary>
internal static class ProgramContract
{
    /// <summary>Runs the Program and its derivatives with respect to all real inputs.</summary>
    public static void Check(Graph program, IReadOnlyDictionary<string, int> sizes, IReadOnlyDictionary<string, NdArray> data,
        double single = 1e-5)
    {
        Graph differentiated =
            Differentiate.Run(program, "loss", program.Inputs.Where(port => port.Type.IsReal).Select(port => port.Name).ToArray());
        Dictionary<string, NdArray> wanted = Interpreter.Run(differentiated, data, sizes);
        foreach (ElementType real in new[] { ElementType.F32, ElementType.F64 })
        {
            Dictionary<string, NdArray>? one = null;
            foreach (int threads in new[] { 1, 2 })
            {
                using Executable executable = CellProgram.Create(differentiated, sizes, threads, real);
                Assert.That(executable.Interpreted(), Is.Empty, $"plan of {program.Name}");
                Dictionary<string, NdArray> found = CellProgram.Run(executable, data);
                foreach (var (name, value) in wanted)
                    Assert.That(Bits.Distance(found[name], value), Is.LessThan(real == ElementType.F32 ? single : 1e-12),
                        $"{name} of {program.Name} in {real}, {threads} threads");
                one ??= found;
                Bits.AssertEqual(found, one, $"{threads} threads");
            }
        }
    }
}
