using RnnJit.Cells;
using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Jit.Tests.Contracts;
using RnnJit.Runtime;
using RnnJit.Text;

namespace RnnJit.Jit.Tests.Runtime;

/// <summary>Schedules of loops that are asked for.</summary>
public class ScheduleTests
{
    [Test]
    public void The_schedule_that_is_asked_for_is_taken_and_changes_no_bit([Values] ScanSchedule schedule, [Values] bool lengths)
    {
        var cell = new CellProgram(CellTracer.Trace(typeof(Lstm)), lengths);
        var (loops, asked, chosen) = Run(cell.Build(), cell.Sizes(steps: 4, batch: 9), schedule);

        // Lengths give rows to workers.
        Assert.That(loops.Select(loop => loop.Schedule(2)), Is.Not.Empty.And.All.EqualTo(lengths ? ScanSchedule.BatchParallel : schedule));
        Bits.AssertEqual(asked, chosen, schedule.ToString());
    }

    [Test]
    public void A_loop_whose_rows_read_each_other_stays_hidden_parallel_and_says_so([Values] ScanSchedule schedule)
    {
        var (loops, asked, chosen) =
            Run(Parser.Parse(GatherInLoopTests.Rows), new Dictionary<string, int> { ["T"] = 5, ["B"] = 9, ["H"] = 17 }, schedule);
        Assert.That(loops.Single().Schedule(2), Is.EqualTo(ScanSchedule.HiddenParallel));
        Assert.That(loops.Single().Describe, Does.EndWith(schedule == ScanSchedule.BatchParallel
            ? "hidden-parallel, not batch-parallel as asked for (rows of the batch read each other)"
            : "hidden-parallel (rows of the batch read each other)"));
        Bits.AssertEqual(asked, chosen, schedule.ToString());
    }

    private static (ScanInstruction[] Loops, Dictionary<string, NdArray> Asked,
        Dictionary<string, NdArray> Chosen) Run(Graph program, Dictionary<string, int> sizes, ScanSchedule schedule)
    {
        Dictionary<string, NdArray> data = CellProgram.Draw(program, sizes);
        using Executable chosen = CellProgram.Create(program, sizes, threads: 2),
            asked = Executable.Create(program, chosen.Options with { Schedule = schedule });
        return ([.. ((CompiledExecutable)asked).Instructions.OfType<ScanInstruction>()], CellProgram.Run(asked, data),
            CellProgram.Run(chosen, data));
    }
}
