using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Kernels;
using RnnJit.Plans;
using RnnJit.Runtime;

namespace RnnJit.Jit.Tests.Plans;

/// <summary>Negative controls of the queries by which tests read plans: what they must find is found.</summary>
public class PlanQueryTests
{
    private static readonly CellProgram Cell = new(CellTracer.Trace(typeof(Lstm)), Lengths: true);

    private static ExecutableOptions Options => new() { Sizes = Cell.Sizes(steps: 5, batch: 3), Kernels = TestKernels.Chain };

    [Test]
    public void Interpreted_kernels_are_found()
    {
        using Executable compiled = Executable.Create(Cell.Build(), Options),
            interpreted = Executable.Create(Cell.Build(), Options with { Kernels = new KernelChain(new InterpretedKernelProvider()) });
        Assert.That(compiled.Interpreted(), Is.Empty);
        Assert.That(interpreted.Interpreted(),
            Has.Length.EqualTo(interpreted.Commands<KernelCommand>().Count()).And.All.Contains("kernel of"));
    }

    [Test]
    public void Loops_of_the_host_are_found()
    {
        Graph program = Text.Parser.Parse("""
            program P
              input x: f32[T, B, H]
              input h: f32[B, H]
              input lengths: i32[B]
              %0, %1 = scan[T, lengths] x, h, lengths {
                sequence x: f32[B, H]
                state h: f32[B, H]
                %0 = sum[0] h
                %1 = add %0, x
                next h = %1
                yield y = %1
              }
              return y = %1
            """);
        using Executable executable =
            Executable.Create(program, Options with { Sizes = new Dictionary<string, int> { ["T"] = 4, ["B"] = 3, ["H"] = 5 } });
        Assert.That(executable.Interpreted(), Has.Length.EqualTo(1).And.All.StartsWith("scan, interpreted"));
        Assert.That(executable.Fallbacks, Has.One.Contains("the loop over T is run by the interpreter"));
    }

    // The commands of a training step's loops and what stands around them.
    [Test]
    public void Commands_in_loops_and_active_rows_are_found()
    {
        using Executable executable = Executable.Create(Cell.Build(), Options);
        Assert.That(executable.Commands<KernelCommand>().Count(),
            Is.GreaterThan(executable.CommandsOutsideLoops().OfType<KernelCommand>().Count()));
        Assert.That(executable.Commands<MatMulCommand>().Where(product => product.ActiveRows() is not null), Is.Not.Empty);
        Assert.That(
            executable.Commands<ScanCommand>().SelectMany(loop => loop.Body).Where(command => command.ActiveRows() is not null), Is.Empty);
    }
}
