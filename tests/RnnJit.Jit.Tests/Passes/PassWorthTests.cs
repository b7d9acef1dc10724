using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Jit.Tests.Contracts;
using RnnJit.Ops;
using RnnJit.Passes;
using RnnJit.Planning;
using RnnJit.Runtime;

namespace RnnJit.Jit.Tests.Passes;

/// <summary>Each pass switched off in turn: the results stay, and with the pass there is less to do or less to hold.</summary>
public class PassWorthTests
{
    private const int Steps = 6;

    private static readonly string[] Passes = ["simplify", HoistAndSink.Name, Rematerialize.Name, MergeMatMuls.Name, Fuse.Name];

    [Test]
    public void Without_a_pass_the_results_stay_and_the_work_grows([ValueSource(nameof(Passes))] string pass,
        [Values(typeof(Lstm), typeof(Gru))] Type type)
    {
        string[] stages = Pipeline.Stages.Select(stage => stage.Name).Append(Fuse.Name)
            .Where(name => name.StartsWith(pass, StringComparison.Ordinal)).ToArray();
        Assert.That(stages, Is.Not.Empty);
        var cell = new CellProgram(CellTracer.Trace(type));
        Graph program = cell.Build();
        Dictionary<string, int> sizes = cell.Sizes(Steps, batch: 9);
        Dictionary<string, NdArray> data = CellProgram.Draw(program, sizes);
        using var with = (CompiledExecutable)CellProgram.Create(program, sizes);
        using var without = (CompiledExecutable)CellProgram.Create(program, sizes, without: stages);
        Dictionary<string, NdArray> wanted = CellProgram.Run(with, data), found = CellProgram.Run(without, data);
        // Both are within 1e-5 of the oracle.
        foreach (var (name, value) in wanted)
            Assert.That(Bits.Distance(found[name], value), Is.LessThan(2e-5), $"{name} without {pass}");

        TestContext.Out.WriteLine($"{cell.Cell.Name}, {Steps} steps: {Worth(with)} with all passes, {Worth(without)} without {pass}");
        Assert.That(Executed(with) < Executed(without) || with.ArenaBytes < without.ArenaBytes, Is.True,
            $"{Worth(with)} is no better than {Worth(without)}");
    }

    private static string Worth(CompiledExecutable executable) =>
        $"{Executed(executable)} instructions a run, {Kernels(executable.Instructions)} kernels, {executable.ArenaBytes} bytes";

    // An interpreted loop does each node of its body at every step.
    private static int Executed(CompiledExecutable executable) => executable.Instructions.Sum(instruction => instruction switch
    {
        ScanInstruction loop => loop.Steps * loop.Body.Count,
        InterpretedInstruction { Op: ScanOp scan } => Steps * scan.Body.Nodes.Count,
        _ => 1,
    });

    private static int Kernels(IEnumerable<Instruction> instructions) =>
        instructions.Sum(
            instruction => instruction is ScanInstruction loop ? Kernels(loop.Body) : instruction is KernelInstruction ? 1 : 0);
}
