using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Jit.Tests.Contracts;
using RnnJit.Ops;
using RnnJit.Passes;
using RnnJit.Planning;
using RnnJit.Plans;
using RnnJit.Runtime;

namespace RnnJit.Jit.Tests.Passes;

/// <summary>Layers that are written as one step become loops of their own, forward and backward.</summary>
public class SplitTests
{
    private static readonly Dictionary<string, int> Sizes = new() { ["T"] = 7, ["B"] = 4, ["X"] = 5, ["H"] = 6 };

    [Test]
    public void Layers_in_one_step_give_what_stacked_layers_give([Values] bool lengths, [Values] bool reverse)
    {
        Graph together = LayersInOneStep.OneLoop(lengths, reverse), stacked = LayersInOneStep.TwoLoops(lengths, reverse);
        Dictionary<string, int> sizes = SizesOf(together);
        Dictionary<string, NdArray> data = CellProgram.Draw(together, sizes), wanted = Interpreter.Run(stacked, data, sizes);
        foreach (ElementType real in new[] { ElementType.F32, ElementType.F64 })
        {
            using Executable executable = CellProgram.Create(together, sizes, threads: 2, real);
            Dictionary<string, NdArray> found = CellProgram.Run(executable, data);
            foreach (var (name, value) in wanted)
                Assert.That(Bits.Distance(found[name], value), Is.LessThan(real == ElementType.F32 ? 1e-5 : 1e-12), $"{name} in {real}");
        }
    }

    [Test]
    public void After_the_passes_they_are_the_same_loops_and_products([Values] bool lengths)
    {
        Graph together = Pipeline.Run(LayersInOneStep.OneLoop(lengths, reverse: false)),
            stacked = Pipeline.Run(LayersInOneStep.TwoLoops(lengths, reverse: false));
        Assert.That(Loops(together), Has.Length.EqualTo(4));
        Assert.That(Loops(together), Is.EqualTo(Loops(stacked)), "products, sequences and yields of each loop");
        Assert.That(Products(together), Is.EquivalentTo(Products(stacked)));
        Assert.That((AccumulatorInits.Of(together).Count, AccumulatorInits.Of(stacked).Count), Is.EqualTo((2, 2)),
            "the products of both layers' inputs start from their rows");
    }

    [Test]
    public void Switched_off_the_results_stay_and_the_loop_multiplies_more()
    {
        Graph program = LayersInOneStep.OneLoop(lengths: false, reverse: false);
        Dictionary<string, int> sizes = SizesOf(program);
        Dictionary<string, NdArray> data = CellProgram.Draw(program, sizes);
        using Executable with = CellProgram.Create(program, sizes);
        using Executable without = CellProgram.Create(program, sizes, without: [LoopFission.Name]);
        Dictionary<string, NdArray> wanted = CellProgram.Run(with, data), found = CellProgram.Run(without, data);
        // Both are within 1e-5 of the oracle.
        foreach (var (name, value) in wanted)
            Assert.That(Bits.Distance(found[name], value), Is.LessThan(2e-5), $"{name} without split");
        TestContext.Out.WriteLine($"{StepProducts(with)} products in all steps with split, {StepProducts(without)} without");
        Assert.That(StepProducts(with), Is.LessThan(StepProducts(without)));
    }

    private static Dictionary<string, int> SizesOf(Graph program) =>
        program.Symbols().ToDictionary(symbol => symbol, symbol => Sizes.GetValueOrDefault(symbol, 6));

    private static string[] Loops(Graph program) => program.Nodes.Select(node => node.Op).OfType<ScanOp>().Select(scan =>
        $"{scan.Body.Nodes.Count(node => node.Op is ContractOp)} products, {AccumulatorInits.Of(scan.Body).Count} of them from what is "
            + $"added, {scan.Sequences} sequences, {scan.Yields} yields")
            .ToArray();

    private static string[] Products(Graph program) => program.Nodes.Where(node => node.Op is ContractOp)
        .Select(node => $"{node.Op} {string.Join(" ", node.Operands.Select(operand => program.Values.Type(operand)))}").ToArray();

    private static int StepProducts(Executable executable) =>
        executable.Commands<ScanCommand>().Sum(loop => loop.Steps * loop.Body.OfType<MatMulCommand>().Count());
}
