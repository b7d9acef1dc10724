using RnnJit.Cells;
using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Jit;
using RnnJit.Jit.Tests.Contracts;
using RnnJit.Kernels;
using RnnJit.Passes;
using RnnJit.Planning;
using RnnJit.Runtime;

namespace RnnJit.Jit.Tests.Runtime;

/// <summary>Every built-in cell, forward and backward, with lengths and without, from either end: one row and nine, one thread and two.</summary>
public class CompiledMatchesOracle
{
    private static IEnumerable<Type> Cells => CellProgram.Types;

    // One compilation for the kernels of all cells.
    [OneTimeSetUp]
    public void Compile() => JitKernelProvider.Simd.Prepare(
        (from type in Cells from lengths in new[] { false, true } from reverse in new[] { false, true } from kernel in KernelList.Of(Pipeline.Run(Cell(type, lengths, reverse).Build())) select kernel).Distinct().ToArray());

    [Test]
    public void Every_cell_forward_and_backward([ValueSource(nameof(Cells))] Type type, [Values] bool lengths, [Values] bool reverse)
    {
        CellProgram cell = Cell(type, lengths, reverse);
        Graph program = cell.Build();
        foreach (int batch in new[] { 1, 9 })
        {
            Dictionary<string, int> sizes = cell.Sizes(steps: 5, batch);
            Dictionary<string, NdArray> data = CellProgram.Draw(program, sizes);
            if (lengths && batch == 1)
                data["lengths"].Data[0] = 4;
            Dictionary<string, NdArray> expected = Interpreter.Run(program, data, sizes);
            foreach (var (threads, real) in new[] { (1, ElementType.F32), (2, reverse ? ElementType.F64 : ElementType.F32) })
            {
                using Executable executable = CellProgram.Create(program, sizes, threads, real);
                Assert.That(executable.Plan.Select(line => line.Text + line.Provider), Has.None.Contains("interpreted"));

                // The second run finds what the first one left.
                for (int run = 0; run < 2; run++)
                {
                    Dictionary<string, NdArray> found = CellProgram.Run(executable, data);
                    foreach (var (name, value) in expected)
                        Assert.That(Bits.Distance(found[name], value), Is.LessThan(real == ElementType.F32 ? 1e-5 : 1e-12), $"{name}, batch {batch}, {threads} threads, {real}, run {run}");
                }
            }
        }
    }

    // Normalising three numbers with a small epsilon nearly is a step, which float32 does not follow.
    private static CellProgram Cell(Type type, bool lengths, bool reverse)
    {
        bool normalised = type.GetMethod("Step")!.GetParameters().Any(parameter => parameter.Name == "epsilon");
        return new CellProgram(CellTracer.Trace(type, normalised ? new Dictionary<string, double> { ["epsilon"] = 0.1 } : []), lengths, reverse);
    }
}

internal static class TestKernels
{
    public static KernelChain Chain { get; } = new(JitKernelProvider.Simd, new InterpretedKernelProvider());
}
