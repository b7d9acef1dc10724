using System.Diagnostics;
using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Plans;
using RnnJit.Runtime;

namespace RnnJit.Jit.Tests.Contracts;

/// <summary>A run allocates nothing, and the memory of a Program is what it says.</summary>
[NonParallelizable]
public class MemoryTests
{
    private const int WarmUp = 3, Runs = 10;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static IEnumerable<Type> Cells => CellProgram.Types;

    [Test]
    public void A_run_allocates_nothing([ValueSource(nameof(Cells))] Type type, [Values(1, 2)] int threads, [Values] bool lengths)
    {
        var cell = new CellProgram(CellTracer.Trace(type), lengths);
        Dictionary<string, int> sizes = cell.Sizes(steps: 4, batch: 9);
        Graph program = cell.Build();
        using Executable executable = CellProgram.Create(program, sizes, threads);
        CellProgram.Run(executable, CellProgram.Draw(program, sizes));
        for (int run = 0; run < WarmUp; run++)
            executable.Run();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int run = 0; run < Runs; run++)
            executable.Run();
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero,
            string.Join("\n", ((CompiledExecutable)executable).Instructions.Select(instruction => instruction.Describe)));
        Assert.That(LeastOfAllThreads(executable), Is.Zero);
    }

    [TestCaseSource(nameof(Cells))]
    public void The_arena_is_as_large_as_it_says_and_holds_every_buffer(Type type)
    {
        var cell = new CellProgram(CellTracer.Trace(type));
        Dictionary<string, int> sizes = cell.Sizes(steps: 4, batch: 9);
        using var executable = (CompiledExecutable)CellProgram.Create(cell.Build(), sizes);
        PlanBuffer[] buffers = executable.BufferPlan.Commands.SelectMany(command => command.Views).Select(view => view.Buffer)
            .Where(buffer => !buffer.IsExternal).Distinct().ToArray();
        Assert.That(executable.ArenaBytes, Is.EqualTo(executable.AllocatedBytes));
        Assert.That(buffers.Max(buffer => executable.Memory.Places[buffer].Offset + buffer.Bytes),
            Is.LessThanOrEqualTo(executable.ArenaBytes));
        Assert.That(executable.ArenaBytes, Is.LessThan(buffers.Sum(buffer => buffer.Bytes)), "buffers share memory");
    }

    [TestCaseSource(nameof(Cells))]
    public void Buffers_alive_together_do_not_overlap(Type type)
    {
        var cell = new CellProgram(CellTracer.Trace(type));
        using var executable = (CompiledExecutable)CellProgram.Create(cell.Build(), cell.Sizes(steps: 4, batch: 9));
        var places = executable.Memory.Places.ToArray();
        for (int a = 0; a < places.Length; a++)
        {
            for (int b = a + 1; b < places.Length; b++)
            {
                PlacedBuffer x = places[a].Value, y = places[b].Value;
                long xEnd = x.Offset + places[a].Key.Bytes, yEnd = y.Offset + places[b].Key.Bytes;
                bool together = x.First <= y.Last && y.First <= x.Last, overlap = x.Offset < yEnd && y.Offset < xEnd;
                if (together && overlap)
                    Assert.Fail($"A buffer at {x.Offset} to {xEnd} and one at {y.Offset} to {yEnd} are alive together");
            }
        }
    }

    // The test host has threads of its own that allocate now and then, so the least of the attempts
    // counts: a run that allocates does so in each.
    private static long LeastOfAllThreads(Executable executable)
    {
        long least = long.MaxValue;
        for (var clock = Stopwatch.StartNew(); least > 0 && clock.Elapsed < Patience;)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            for (int run = 0; run < Runs; run++)
                executable.Run();
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        return least;
    }
}
