using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Runtime;

namespace RnnJit.Jit.Tests.Contracts;

/// <summary>Threads, schedules, repetition and the other rows of a batch change no bit of any result, for every built-in cell.</summary>
public class BitwiseTests
{
    private static IEnumerable<Type> Cells => CellProgram.Types;

    // 13 rows: batch-parallel with 2 and 3 workers; 2 rows: hidden-parallel.
    [Test]
    public void One_two_and_three_threads_agree([ValueSource(nameof(Cells))] Type type, [Values(2, 13)] int batch, [Values] bool lengths)
    {
        var cell = new CellProgram(CellTracer.Trace(type), lengths, Reverse: lengths);
        Graph program = cell.Build();
        Dictionary<string, int> sizes = cell.Sizes(steps: 5, batch);
        Dictionary<string, NdArray> data = CellProgram.Draw(program, sizes), one = CellProgram.Run(program, data, sizes);
        foreach (int threads in new[] { 2, 3 })
            Bits.AssertEqual(CellProgram.Run(program, data, sizes, threads), one, $"{threads} threads");
    }

    [Test]
    public void Both_schedules_agree([ValueSource(nameof(Cells))] Type type, [Values] bool lengths)
    {
        var cell = new CellProgram(CellTracer.Trace(type), lengths);
        Graph program = cell.Build();
        Dictionary<string, int> sizes = cell.Sizes(steps: 4, batch: 9);
        Dictionary<string, NdArray> data = CellProgram.Draw(program, sizes);
        using Executable rows = CellProgram.Create(program, sizes, threads: 2), units = CellProgram.Create(program, sizes, threads: 2);
        ScanInstruction[] loops = ((CompiledExecutable)units).Instructions.OfType<ScanInstruction>().ToArray();
        Assert.That(loops, Is.Not.Empty);
        foreach (ScanInstruction loop in loops)
            loop.Forced = ScanSchedule.HiddenParallel;
        Assert.That(((CompiledExecutable)rows).Instructions.OfType<ScanInstruction>().Select(loop => loop.Schedule(2)),
            Has.All.EqualTo(ScanSchedule.BatchParallel));
        Bits.AssertEqual(CellProgram.Run(units, data), CellProgram.Run(rows, data), "hidden-parallel");
    }

    [TestCaseSource(nameof(Cells))]
    public void Runs_repeat_themselves(Type type)
    {
        var cell = new CellProgram(CellTracer.Trace(type));
        Graph program = cell.Build();
        Dictionary<string, int> sizes = cell.Sizes(steps: 5, batch: 9);
        Dictionary<string, NdArray> data = CellProgram.Draw(program, sizes);
        using Executable executable = CellProgram.Create(program, sizes, threads: 2);
        Dictionary<string, NdArray> first = CellProgram.Run(executable, data);
        for (int run = 2; run < 5; run++)
        {
            executable.Run();
            Bits.AssertEqual(CellProgram.Outputs(executable), first, $"run {run}");
        }

        Bits.AssertEqual(CellProgram.Run(program, data, sizes, threads: 2), first, "another executable");
    }

    [Test]
    public void A_row_alone_is_that_row_of_the_batch([ValueSource(nameof(Cells))] Type type, [Values] bool lengths)
    {
        const int Batch = 7;
        var cell = new CellProgram(CellTracer.Trace(type), lengths);
        Graph program = cell.Build();
        Dictionary<string, int> sizes = cell.Sizes(steps: 4, Batch), single = cell.Sizes(steps: 4, batch: 1);
        Dictionary<string, NdArray> data = CellProgram.Draw(program, sizes), all = CellProgram.Run(program, data, sizes);
        foreach (int row in new[] { 0, 3, Batch - 1 })
        {
            Dictionary<string, NdArray> alone = CellProgram.Run(program,
                program.Inputs.ToDictionary(port => port.Name, port => Row(data[port.Name], port.Type, row)), single);
            foreach (Output output in program.Outputs.Where(output => BatchAxis(program.Values.Type(output.Value)) >= 0))
                Bits.AssertEqual(alone[output.Name].Data, Row(all[output.Name], program.Values.Type(output.Value), row).Data,
                    $"{output.Name}, row {row}");
        }
    }

    [Test]
    public void A_sequence_in_pieces_is_the_whole_sequence([ValueSource(nameof(Cells))] Type type, [Values(1, 2)] int threads)
    {
        const int Steps = 7, Cut = 3;
        var cell = new CellProgram(CellTracer.Trace(type), Backward: false);
        Graph program = cell.Build();
        Dictionary<string, int> sizes = cell.Sizes(Steps, batch: 9);
        Dictionary<string, NdArray> data = CellProgram.Draw(program, sizes), whole = CellProgram.Run(program, data, sizes, threads);
        string[] states = cell.Cell.States.Select(state => state.Name).ToArray();
        Dictionary<string, NdArray> Piece(int start, int count, Dictionary<string, NdArray>? before) => CellProgram.Run(
            program,
            program.Inputs.ToDictionary(port => port.Name, port =>
                IsTimed(port.Type) ? data[port.Name].Rows([.. Enumerable.Range(start, count)])
                : before is not null && Array.IndexOf(states, port.Name) is var s and >= 0 ? before[$"final{s}"]
                : data[port.Name]),
            cell.Sizes(count, batch: 9),
            threads);
        Dictionary<string, NdArray> first = Piece(0, Cut, null), second = Piece(Cut, Steps - Cut, first);
        foreach (Output output in program.Outputs.Where(output => output.Name != "loss"))
        {
            double[] joined = IsTimed(program.Values.Type(output.Value)) ? [.. first[output.Name].Data,
                .. second[output.Name].Data] : second[output.Name].Data;
            Bits.AssertEqual(joined, whole[output.Name].Data, output.Name);
        }
    }

    [TestCaseSource(nameof(Cells))]
    public void Read_at_build_time_or_traced_gives_the_same_bits(Type type)
    {
        CellDefinition read = CellRegistry.Find(type), traced = CellTracer.Trace(type);
        Assert.That(read.ToString(), Is.EqualTo(traced.ToString()));
        var cell = new CellProgram(read);
        Dictionary<string, int> sizes = cell.Sizes(steps: 3, batch: 4);
        Graph program = cell.BuildAnew();
        Dictionary<string, NdArray> data = CellProgram.Draw(program, sizes);
        Bits.AssertEqual(
            CellProgram.Run(program, data, sizes), CellProgram.Run(new CellProgram(traced).BuildAnew(), data, sizes), "traced");
    }

    // A negative control: NaN compares as less than any bound.
    [TestCase(double.NaN, 1, double.PositiveInfinity)]
    [TestCase(1, double.NaN, double.PositiveInfinity)]
    [TestCase(double.PositiveInfinity, double.NegativeInfinity, double.PositiveInfinity)]
    [TestCase(double.NaN, double.NaN, 0)]
    [TestCase(1.5, 1, 0.5)]
    public void The_distance_sees_what_is_not_finite(double found, double wanted, double distance) =>
        Assert.That(Bits.Distance(NdArray.Scalar(found), NdArray.Scalar(wanted)), Is.EqualTo(distance));

    [Test]
    public void The_comparison_sees_one_bit()
    {
        double[] number = [1, 0], other = [Math.BitIncrement(1.0), 0], negative = [1, -0.0];
        Assert.That(() => Bits.AssertEqual(other, number, "last bit"), Throws.TypeOf<AssertionException>());
        Assert.That(() => Bits.AssertEqual(negative, number, "sign of zero"), Throws.TypeOf<AssertionException>());
    }

    private static bool IsTimed(TensorType type) => type.Rank > 0 && type.Dims[0] == Dim.Symbol("T");

    private static int BatchAxis(TensorType type) => Array.FindIndex(type.Dims.ToArray(), dim => dim == Dim.Symbol("B"));

    private static NdArray Row(NdArray whole, TensorType type, int row)
    {
        int axis = BatchAxis(type);
        if (axis < 0)
            return whole;
        int inner = whole.Shape.Skip(axis + 1).Aggregate(1, (a, b) => a * b), outer = whole.Shape.Take(axis).Aggregate(1, (a, b) => a * b);
        double[] data = Enumerable.Range(0, outer)
            .SelectMany(o => whole.Data.AsSpan(((o * whole.Shape[axis]) + row) * inner, inner).ToArray()).ToArray();
        return new NdArray([.. whole.Shape.Select((extent, i) => i == axis ? 1 : extent)], data);
    }
}
