using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Jit.Tests.Contracts;
using RnnJit.Runtime;

namespace RnnJit.Jit.Tests.Passes;

/// <summary>Input products of long sequences are computed some steps ahead of the loop that reads them.</summary>
public class TileTests
{
    private static readonly string[] Off = [Executable.TilePass];

    // 16 rows: tiles of 16 steps; 3 · 64 numbers a row or more: 8.6 MB for 701 steps.
    private static Dictionary<string, int> Sizes(CellProgram cell, int steps) => cell.Sizes(steps, batch: 16, units: 64);

    [Test]
    public void Tiles_change_no_bit([Values(typeof(Lstm), typeof(Gru), typeof(LstmPeephole))] Type type, [Values] bool reverse, [Values] bool lengths, [Values(1, 2)] int threads)
    {
        var cell = new CellProgram(CellTracer.Trace(type), lengths, reverse);
        Graph program = cell.Build();
        Dictionary<string, int> sizes = Sizes(cell, 701);
        Dictionary<string, NdArray> data = CellProgram.Draw(program, sizes);
        using Executable with = CellProgram.Create(program, sizes, threads), without = CellProgram.Create(program, sizes, threads, without: Off);
        Assert.That(with.Plan.Select(line => line.Text), Has.Some.EndsWith("16 steps at a time"));
        Assert.That(without.Plan.Select(line => line.Text), Has.None.EndsWith("steps at a time"));
        Bits.AssertEqual(CellProgram.Run(with, data), CellProgram.Run(without, data), "tiles");
    }

    // Two workers share each tile and its steps; rows with lengths go to one of them.
    [Test]
    public void Tiles_change_no_bit_of_hidden_parallel_loops([Values] bool reverse, [Values] bool lengths)
    {
        var cell = new CellProgram(CellTracer.Trace(typeof(Lstm)), lengths, reverse);
        Graph program = cell.Build();
        Dictionary<string, int> sizes = Sizes(cell, 701);
        Dictionary<string, NdArray> data = CellProgram.Draw(program, sizes);
        using Executable together = CellProgram.Create(program, sizes, threads: 2), alone = CellProgram.Create(program, sizes, threads: 1, without: Off);
        ScanInstruction[] loops = ((CompiledExecutable)together).Instructions.OfType<ScanInstruction>().ToArray();
        Assert.That(loops.SelectMany(loop => loop.Tiles), Is.Not.Empty);
        foreach (ScanInstruction loop in loops)
            loop.Forced = ScanSchedule.HiddenParallel;
        Bits.AssertEqual(CellProgram.Run(together, data), CellProgram.Run(alone, data), "tiles of two workers");
    }

    [Test]
    public void A_tile_takes_the_memory_of_its_steps_only()
    {
        var cell = new CellProgram(CellTracer.Trace(typeof(Lstm)), Backward: false);
        Graph program = cell.Build();
        Dictionary<string, int> sizes = Sizes(cell, 1024);
        using Executable with = CellProgram.Create(program, sizes), without = CellProgram.Create(program, sizes, without: Off);
        long row = 16 * 4 * 64 * sizeof(float);
        Tile tile = ((CompiledExecutable)with).Instructions.OfType<ScanInstruction>().Single().Tiles.Single();
        Assert.That(tile.Views.Last().Block.Bytes, Is.EqualTo(16 * row));
        Assert.That(with.ArenaBytes, Is.LessThan(without.ArenaBytes));
        TestContext.Out.WriteLine($"arena {without.ArenaBytes} ⇒ {with.ArenaBytes} bytes");
    }

    [Test]
    public void Short_sequences_have_no_tiles()
    {
        var cell = new CellProgram(CellTracer.Trace(typeof(Lstm)), Backward: false);
        using Executable executable = CellProgram.Create(cell.Build(), Sizes(cell, 50));
        Assert.That(executable.Plan.Select(line => line.Text), Has.None.EndsWith("steps at a time"));
    }
}
