using RnnJit.Cells;
using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Passes;
using RnnJit.Planning;
using RnnJit.Runtime;

namespace RnnJit.Jit.Tests.Contracts;

/// <summary>Every built-in cell with every mask it has a place for, masks given: compiled it agrees with the oracle, with lengths
/// and without, from either end.</summary>
public class MaskTests
{
    private static readonly Dictionary<(Type, bool Lengths, bool Reverse, bool Backward), Graph> Programs = [];

    private static IEnumerable<Type> Types => CellProgram.Types;

    // One compilation for the kernels of all cells.
    [OneTimeSetUp]
    public void Compile()
    {
        foreach (Type type in Types)
        {
            CellDefinition cell = Masked(type);
            foreach (var (lengths, reverse, backward) in Cases)
                Programs[(type, lengths, reverse, backward)] = new CellProgram(cell, lengths, reverse, backward).Build();
        }

        JitKernelProvider.Simd.Prepare(Programs.Values.SelectMany(program => KernelList.Of(Pipeline.Run(program))).Distinct().ToArray());
    }

    [TestCaseSource(nameof(Types))]
    public void Masked_cells_agree_with_the_oracle(Type type)
    {
        CellDefinition cell = Masked(type);
        Assert.That(cell.Step.Inputs.Any(MaskPort.Is), "every cell has a place for some mask");
        foreach (var (lengths, reverse, backward) in Cases)
        {
            Graph program = Programs[(type, lengths, reverse, backward)];
            Dictionary<string, int> sizes = new CellProgram(cell).Sizes(steps: 4, batch: 3, units: 3);
            Dictionary<string, NdArray> data = Masks.Draw(cell, program, sizes), wanted = Interpreter.Run(program, data, sizes);
            using Executable executable = CellProgram.Create(program, sizes);
            Assert.That(executable.Interpreted(), Is.Empty);
            Dictionary<string, NdArray> found = CellProgram.Run(executable, data);
            foreach (var (name, value) in wanted)
                Assert.That(Bits.Distance(found[name], value), Is.LessThan(1e-5),
                    $"{name}{(lengths ? ", lengths" : "")}{(reverse ? ", reverse" : "")}");
        }
    }

    [Test]
    public void Another_mask_gives_another_result()
    {
        CellDefinition cell = Masked(typeof(Lstm));
        Graph program = new CellProgram(cell).Build();
        Dictionary<string, int> sizes = new CellProgram(cell).Sizes(steps: 4, batch: 3, units: 3);
        Dictionary<string, NdArray> data = Masks.Draw(cell, program, sizes), before = Interpreter.Run(program, data, sizes);
        foreach (Port mask in cell.Step.Inputs.Where(MaskPort.Is))
        {
            var other = new Dictionary<string, NdArray>(
                data)
            { [mask.Name] = new NdArray(data[mask.Name].Shape, data[mask.Name].Data.Select(x => x == 0 ? 1.0 : 0).ToArray()) };
            Assert.That(Bits.Distance(Interpreter.Run(program, other, sizes)["loss"], before["loss"]), Is.GreaterThan(1e-5), mask.Name);
        }
    }

    private static IEnumerable<(bool Lengths, bool Reverse, bool Backward)> Cases =>
        from lengths in new[] { false, true } from reverse in new[] { false, true } from backward in new[] { false, true }
        select (lengths, reverse, backward);

    private static CellDefinition Masked(Type type)
    {
        bool normalised = type.GetMethod("Step")!.GetParameters().Any(parameter => parameter.Name == "epsilon");
        return Masks.Masked(CellTracer.Trace(type, normalised ? new Dictionary<string, double> { ["epsilon"] = 0.1 } : []));
    }
}
