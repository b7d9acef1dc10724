using System.Diagnostics;
using RnnJit.Cells;
using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Jit.Tests.Contracts;
using RnnJit.Plans;
using RnnJit.Runtime;

namespace RnnJit.Jit.Tests.Runtime;

/// <summary>Time by line of the plan.</summary>
public class ProfileTests
{
    // Long enough for tiles: 16 rows of 4 · 64 numbers, 701 steps.
    [Test]
    public void Notes_of_time_change_no_bit_and_find_all_of_it([Values] ScanSchedule schedule, [Values] bool lengths,
        [Values(1, 2)] int threads, [Values(5, 701)] int steps)
    {
        var cell = new CellProgram(CellTracer.Trace(typeof(Lstm)), lengths);
        Graph program = cell.Build();
        Dictionary<string, int> sizes = cell.Sizes(steps, batch: 16, units: 64);
        Dictionary<string, NdArray> data = CellProgram.Draw(program, sizes);
        using Executable plain = CellProgram.Create(program, sizes, threads);
        using Executable profiled = Executable.Create(program, plain.Options with { Schedule = schedule, Profile = true });
        Bits.AssertEqual(CellProgram.Run(profiled, data), CellProgram.Run(plain, data), "notes of time");

        Assert.That(profiled.Commands<ScanCommand>(), Is.Not.Empty);
        Assert.That(profiled.PlanSeconds, Has.Count.EqualTo(profiled.Plan.Count));
        // The watched thread takes no share of a run through which the system holds it back.
        for (int run = 0; run < 50 && !Seconds(profiled).All(seconds => seconds > 0); run++)
            profiled.Run();
        Assert.That(Seconds(profiled), Is.Not.Empty.And.All.GreaterThan(0));

        // All of a run but how it begins and ends: what is around it takes longer, and one line alone takes less.
        long start = Stopwatch.GetTimestamp();
        profiled.Run();
        double elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds, found = profiled.PlanSeconds.Sum();
        Assert.That(found, Is.LessThanOrEqualTo(elapsed).And.GreaterThan(profiled.PlanSeconds.Max()));
        Assert.That(plain.PlanSeconds, Is.Empty);
    }

    private static IEnumerable<double> Seconds(Executable profiled) =>
        profiled.Plan.Zip(profiled.PlanSeconds).Where(line => line.First.Flops > 0).Select(line => line.Second);

    // Of fewer rows than workers the first worker has none; the last one's time is that of the loop.
    [Test]
    public void The_worker_with_the_most_rows_is_watched([Values(1, 3)] int batch)
    {
        var cell = new CellProgram(CellTracer.Trace(typeof(Lstm)), false);
        Graph program = cell.Build();
        Dictionary<string, int> sizes = cell.Sizes(steps: 20, batch, units: 32);
        using Executable plain = CellProgram.Create(program, sizes, threads: 2),
            profiled = Executable.Create(program, plain.Options with { Schedule = ScanSchedule.BatchParallel, Profile = true });
        CellProgram.Run(profiled, CellProgram.Draw(program, sizes));
        Assert.That(profiled.Plan.Zip(profiled.PlanSeconds).Where(line => line.First.Depth > 0).Select(line => line.Second),
            Is.Not.Empty.And.All.GreaterThan(0));
    }

    [Test]
    public void A_line_has_what_went_on_since_the_mark_before()
    {
        var clock = new Clock();
        var timer = new PlanTimer(2, clock);
        timer.Watch();
        timer.Start();
        clock.Now += 20;
        timer.Mark(1);
        clock.Now += 3;
        timer.Mark(0);
        clock.Now += 1;
        timer.Mark(1);
        Assert.That(timer.Seconds, Is.EqualTo([3, 21]));

        // Each run begins anew.
        timer.Start();
        clock.Now += 5;
        timer.Mark(0);
        Assert.That(timer.Seconds, Is.EqualTo([5, 0]));
    }

    [Test]
    public void Other_threads_are_not_looked_at()
    {
        var clock = new Clock();
        var timer = new PlanTimer(1, clock);
        timer.Watch();
        timer.Start();
        clock.Now += 7;
        var other = new Thread(() => timer.Mark(0));
        other.Start();
        other.Join();
        Assert.That(timer.Seconds, Is.EqualTo([0]));
        timer.Mark(0);
        Assert.That(timer.Seconds, Is.EqualTo([7]));
    }

    // In seconds, and moved by hand.
    private sealed class Clock : TimeProvider
    {
        public long Now { get; set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Now;
    }
}
