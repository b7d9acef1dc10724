using RnnJit.Cells;
using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Jit.Tests.Contracts;
using RnnJit.Jit.Tests.RandomPrograms;
using RnnJit.Plans;
using RnnJit.Runtime;

namespace RnnJit.Jit.Tests.Plans;

/// <summary>The plan interpreter, which knows the plan alone, gives what the interpreter gives, which knows the Program alone.</summary>
public class PlanInterpreterTests
{
    private static IEnumerable<Type> Cells => CellProgram.Types;

    [Test]
    public void Plans_of_every_cell_are_complete([ValueSource(nameof(Cells))] Type type, [Values] bool lengths, [Values] bool reverse)
    {
        var cell = new CellProgram(CellTracer.Trace(type), lengths, reverse);
        Graph program = GraphMapper.WithPrecision(cell.Build(), ElementType.F64);
        Dictionary<string, int> sizes = cell.Sizes(steps: 5, batch: 3);
        Dictionary<string, NdArray> data = CellProgram.Draw(program, sizes), expected = Interpreter.Run(program, data, sizes);

        // Chunks of two steps ahead of loops, from the smallest sizes on.
        Dictionary<string, NdArray> found = PlanInterpreter.Run(PlanOf(program, sizes, new ChunkLimits(0, 6)), data);
        foreach (var (name, value) in expected)
            Assert.That(Bits.Distance(found[name], value), Is.LessThan(1e-12), name);
    }

    [Test]
    public void Plans_of_random_programs_are_complete()
    {
        var wrong = new List<string>();
        int compared = 0;
        Parallel.For(0, 300, seed =>
        {
            GraphCase given = RandomGraphs.Of(seed);
            Graph program = GraphMapper.WithPrecision(given.Program, ElementType.F64);
            Dictionary<string, NdArray> data = given.Draw(0);
            Dictionary<string, NdArray> expected = Interpreter.Run(program, data, given.Sizes), found = PlanInterpreter.Run(PlanOf(program, given.Sizes, new ChunkLimits(256, 8)), data);
            foreach (var (name, value) in expected)
            {
                if (value.Data.All(double.IsFinite) && !(Bits.Distance(found[name], value) < 1e-10))
                    lock (wrong)
                        wrong.Add($"seed {seed}, {name}: {Bits.Distance(found[name], value):e1}");
            }

            Interlocked.Increment(ref compared);
        });
        Assert.That(wrong, Is.Empty);
        Assert.That(compared, Is.EqualTo(300));
    }

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
        Assert.That(writing.Where(left => !Changes(plan with { Commands = [.. plan.Commands.Where(command => command != left)] })).Select(left => left.Text), Is.Empty);

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
