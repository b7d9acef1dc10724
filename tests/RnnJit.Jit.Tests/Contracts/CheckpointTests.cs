using RnnJit.Cells;
using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Passes;
using RnnJit.Runtime;

namespace RnnJit.Jit.Tests.Contracts;

/// <summary>Time in blocks: the backward pass repeats each block from the states at its beginning, and gives the same.</summary>
public class CheckpointTests
{
    private static IEnumerable<Type> Cells => CellProgram.Types;

    private static string[] Trained(Graph program) =>
        program.Inputs.Where(port => port.Type.IsReal && port.Name != "dy").Select(port => port.Name).ToArray();

    private static Graph Blocked(Graph forward, Dictionary<string, int> sizes, int block)
    {
        var (blocked, symbol, blocks) = StripMineTime.Run(forward, "T", sizes["T"], block);
        if (symbol is not null)
            sizes[symbol] = blocks;
        return Differentiate.Run(blocked, "loss", Trained(forward));
    }

    // Blocks of 3 steps leave 2 over.
    [Test]
    public void Gradients_are_bit_for_bit_those_of_the_full_tape([ValueSource(nameof(Cells))] Type type,
        [Values] bool backwardsWithLengths) =>
        AssertEqualBits(type, steps: 8, backwardsWithLengths, backwardsWithLengths, backwardsWithLengths ? 3 : 4);

    [Test]
    public void Gradients_do_not_depend_on_the_interval([Values(typeof(Lstm), typeof(LuongDecoder), typeof(BahdanauDecoder))] Type type,
        [Values] bool lengths, [Values] bool reverse) =>
        AssertEqualBits(type, steps: 11, lengths, reverse, 4, 5);

    [Test]
    public void The_oracle_agrees_whatever_is_left_over([Values(typeof(Lstm), typeof(GruResetAfter))] Type type,
        [Values(1, 3, 5)] int block, [Values] bool reverse, [Values] bool lengths)
    {
        var cell = new CellProgram(CellTracer.Trace(type), lengths, reverse, Backward: false);
        Graph forward = cell.Build();
        Dictionary<string, int> sizes = cell.Sizes(steps: 11, batch: 3);
        Dictionary<string, NdArray> data = CellProgram.Draw(forward, sizes);
        Dictionary<string, NdArray> full = Interpreter.Run(Differentiate.Run(forward, "loss", Trained(forward)), data, sizes);
        Graph blocked = Blocked(forward, sizes, block);
        Dictionary<string, NdArray> oracle = Interpreter.Run(blocked, data, sizes);
        Dictionary<string, NdArray> compiled = CellProgram.Run(CellProgram.Create(blocked, sizes, real: ElementType.F64), data);
        foreach (var (name, wanted) in full)
        {
            // The same chains in another grouping, some hundred terms of double precision.
            Assert.That(Bits.Distance(oracle[name], wanted), Is.LessThan(1e-13), name);
            Assert.That(Bits.Distance(compiled[name], wanted), Is.LessThan(1e-12), name);
        }
    }

    private static void AssertEqualBits(Type type, int steps, bool lengths, bool reverse, params int[] blocks)
    {
        var cell = new CellProgram(CellTracer.Trace(type), lengths, reverse, Backward: false);
        Graph forward = cell.Build();
        Dictionary<string, int> sizes = cell.Sizes(steps, batch: 5);
        Dictionary<string, NdArray> data = CellProgram.Draw(forward, sizes);
        Dictionary<string, NdArray> full = CellProgram.Run(Differentiate.Run(forward, "loss", Trained(forward)), data, sizes);
        foreach (int block in blocks)
        {
            Graph blocked = Blocked(forward, sizes, block);
            using Executable executable = CellProgram.Create(blocked, sizes, threads: 2);
            Assert.That(executable.Interpreted(), Is.Empty);
            Bits.AssertEqual(CellProgram.Run(executable, data), full, $"blocks of {block} steps");
        }
    }

    [Test]
    public void Blocks_take_a_fraction_of_the_memory()
    {
        var cell = new CellProgram(CellTracer.Trace(typeof(Lstm)), Backward: false);
        Graph forward = cell.Build();
        Dictionary<string, int> sizes = cell.Sizes(steps: 900, batch: 4, units: 16);
        using Executable full = CellProgram.Create(Differentiate.Run(forward, "loss", Trained(forward)), sizes);
        Graph blocked = Blocked(forward, sizes, StripMineTime.Default(900));
        using Executable executable = CellProgram.Create(blocked, sizes);

        // What the caller gets stays: two sequences and the gradient of x of the eleven vectors a step that the full tape holds.
        Assert.That(executable.ArenaBytes, Is.LessThan(0.45 * full.ArenaBytes));
    }

    [TestCase(10_000, ExpectedResult = 100)]
    [TestCase(50, ExpectedResult = 5)]
    [TestCase(97, ExpectedResult = 9)]
    [TestCase(1, ExpectedResult = 1)]
    public int The_default_interval_is_near_the_root(int steps) => StripMineTime.Default(steps);

    [Test]
    public void An_interval_of_no_steps_is_refused()
    {
        Graph forward = new CellProgram(CellTracer.Trace(typeof(Lstm)), Backward: false).Build();
        Assert.That(() => StripMineTime.Run(forward, "T", 10, 0),
            Throws.TypeOf<GraphException>().With.Message.Contains("The checkpoint interval is 0, wanted at least 1"));
    }

    [TestCase(5)]
    [TestCase(4)]
    public void A_length_beyond_the_last_step_is_named(int block)
    {
        var cell = new CellProgram(CellTracer.Trace(typeof(Lstm)), Lengths: true, Backward: false);
        Graph forward = cell.Build();
        Dictionary<string, int> sizes = cell.Sizes(steps: 10, batch: 3);
        Dictionary<string, NdArray> data = CellProgram.Draw(forward, sizes);
        using Executable executable = CellProgram.Create(Blocked(forward, sizes, block), sizes);
        Assert.That(() => CellProgram.Run(executable, data), Throws.Nothing);
        foreach (int wrong in new[] { -1, 11 })
        {
            data["lengths"].Data[2] = wrong;
            Assert.That(() => CellProgram.Run(executable, data), Throws.ArgumentException.With.Message.StartsWith(
                $"'lengths' holds {wrong} for row 2, wanted 0 to 10, the number of steps"));
        }
    }
}
