using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Runtime;

namespace RnnJit.Jit.Tests.Contracts;

/// <summary>A run allocates nothing, and the memory of a Program is what it says.</summary>
[NonParallelizable]
public class MemoryTests
{
    private const int WarmUp = 3, Runs = 10, Attempts = 5;

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
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero, string.Join("\n", ((CompiledExecutable)executable).Instructions.Select(instruction => instruction.Describe)));
        Assert.That(LeastOfAllThreads(executable), Is.Zero);
    }

    [TestCaseSource(nameof(Cells))]
    public void The_arena_is_as_large_as_it_says_and_holds_every_block(Type type)
    {
        var cell = new CellProgram(CellTracer.Trace(type));
        Dictionary<string, int> sizes = cell.Sizes(steps: 4, batch: 9);
        using var executable = (CompiledExecutable)CellProgram.Create(cell.Build(), sizes);
        Block[] blocks = executable.Instructions.SelectMany(instruction => instruction.Views).Select(view => view.Block).Where(block => block.External is null).Distinct().ToArray();
        Assert.That(executable.ArenaBytes, Is.EqualTo(executable.AllocatedBytes));
        Assert.That(blocks.Max(block => block.Offset + block.Bytes), Is.LessThanOrEqualTo(executable.ArenaBytes));
        Assert.That(executable.ArenaBytes, Is.LessThan(blocks.Sum(block => block.Bytes)), "blocks share memory");
    }

    [TestCaseSource(nameof(Cells))]
    public void Blocks_alive_together_do_not_overlap(Type type)
    {
        var cell = new CellProgram(CellTracer.Trace(type));
        using var executable = (CompiledExecutable)CellProgram.Create(cell.Build(), cell.Sizes(steps: 4, batch: 9));
        Block[] blocks = executable.Instructions.SelectMany(instruction => instruction.Views).Select(view => view.Block).Where(block => block.External is null && block.Last >= 0).Distinct().ToArray();
        for (int a = 0; a < blocks.Length; a++)
        {
            for (int b = a + 1; b < blocks.Length; b++)
            {
                Block x = blocks[a], y = blocks[b];
                bool together = x.First <= y.Last && y.First <= x.Last, overlap = x.Offset < y.Offset + y.Bytes && y.Offset < x.Offset + x.Bytes;
                if (together && overlap)
                    Assert.Fail($"A block at {x.Offset} of {x.Bytes} bytes and one at {y.Offset} of {y.Bytes} are alive together");
            }
        }
    }

    // The test host has threads of its own that allocate now and then, so the least of some attempts counts.
    private static long LeastOfAllThreads(Executable executable)
    {
        long least = long.MaxValue;
        for (int attempt = 0; attempt < Attempts && least > 0; attempt++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            for (int run = 0; run < Runs; run++)
                executable.Run();
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        return least;
    }
}
