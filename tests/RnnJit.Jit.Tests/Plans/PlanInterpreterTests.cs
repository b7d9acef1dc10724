using RnnJit.Cells;
using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Jit.Tests.Contracts;
using RnnJit.Jit.Tests.RandomPrograms;
using RnnJit.Plans;
using RnnJit.Runtime;

namespace RnnJit.Jit.Tests.Plans;

/// <summary>Results of the plan interpreter come from the plan alone. Its contract compares it with the interpreter,
/// which knows the Program alone.</summary>
public class PlanInterpreterTests
{
    // A negative control: without any one command that writes, some output of an LSTM's training step changes.
    [Test]
    public void No_command_is_superfluous()
    {
        var cell = new CellProgram(CellTracer.Trace(typeof(Lstm)), Lengths: true);
        Graph program = GraphMapper.WithPrecision(cell.Build(), ElementType.F64);
        Dictionary<string, int> sizes = cell.Sizes(steps: 5, batch: 3);
        Dictionary<string, NdArray> data = CellProgram.Draw(program, sizes);
        Plan plan = PlanOf(program, sizes, ChunkLimits.Usual);
        Dictionary<string, NdArray> whole = PlanInterpreter.Run(plan, data);
        PlanCommand[] writing = [.. plan.Commands.Where(command => command.Writes.Any() && command is not ClearCommand)];
        Assert.That(writing, Has.Length.GreaterThan(5));
        Assert.That(writing.Where(left => !Changes(plan with { Commands = [.. plan.Commands.Where(command => command != left)] }))
            .Select(left => left.Text), Is.Empty);

        // Row numbers that nobody wrote may lie outside.
        bool Changes(Plan changed)
        {
            try
            {
                Dictionary<string, NdArray> found = PlanInterpreter.Run(changed, data);
                return whole.Any(output => !(Bits.Distance(found[output.Key], output.Value) < 1e-6));
            }
            catch (IndexOutOfRangeException)
            {
                return true;
            }
        }
    }

    private static Plan PlanOf(Graph program, IReadOnlyDictionary<string, int> sizes, ChunkLimits chunks) =>
        Executable.PlanOf(program, new ExecutableOptions { Sizes = sizes, Precision = ElementType.F64, ChunkLimits = chunks });
}
