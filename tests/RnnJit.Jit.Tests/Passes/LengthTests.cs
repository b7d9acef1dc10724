using RnnJit.Cells;
using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Jit.Tests.Contracts;
using RnnJit.Networks;
using RnnJit.Passes;
using RnnJit.Plans;
using RnnJit.Runtime;

namespace RnnJit.Jit.Tests.Passes;

/// <summary>Batches with lengths: rows are ordered inside, and what lies behind their ends costs nothing and matters to nothing.</summary>
public class LengthTests
{
    private const int Steps = 7, Batch = 9;

    private static readonly string[] WithoutOrder = [SortByLength.Name], WithoutActiveRows = [Executable.ActiveRowsPass];

    // Nine rows each: as they come, in order already, in the opposite order, one length, full, none at
    // all, one row that runs, equal ones mixed.
    private static readonly int[][] Lengths =
    [
        [3, 0, 7, 1, 5, 2, 7, 4, 6], [7, 7, 6, 5, 4, 3, 2, 1, 0], [0, 1, 2, 3, 4, 5, 6, 7, 7], [4, 4, 4, 4, 4, 4, 4, 4, 4],
        [7, 7, 7, 7, 7, 7, 7, 7, 7], [0, 0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 5, 0, 0, 0], [2, 5, 2, 5, 2, 5, 2, 5, 2],
    ];

    private static (Graph Program, Dictionary<string, int> Sizes,
        Dictionary<string, NdArray> Data) Case(Type type, bool reverse, int[] lengths, bool backward = true)
    {
        var cell = new CellProgram(CellTracer.Trace(type), Lengths: true, reverse, backward);
        Graph program = cell.Build();
        Dictionary<string, int> sizes = cell.Sizes(Steps, Batch);
        Dictionary<string, NdArray> data = CellProgram.Draw(program, sizes);
        lengths.Select(length => (double)length).ToArray().CopyTo(data["lengths"].Data, 0);
        return (program, sizes, data);
    }

    [Test]
    public void The_oracle_agrees_for_any_lengths([Values(typeof(Lstm), typeof(GruResetAfter), typeof(LstmLayerNorm))] Type type,
        [Values] bool reverse, [ValueSource(nameof(Lengths))] int[] lengths)
    {
        var (program, sizes, data) = Case(type, reverse, lengths);
        Dictionary<string, NdArray> wanted = Interpreter.Run(program, data, sizes);
        using Executable one = CellProgram.Create(program, sizes, 1, ElementType.F64),
            two = CellProgram.Create(program, sizes, 2, ElementType.F64);
        Dictionary<string, NdArray> found = CellProgram.Run(one, data);
        foreach (var (name, value) in wanted)
            Assert.That(Bits.Distance(found[name], value), Is.LessThan(1e-12), name);
        Bits.AssertEqual(CellProgram.Run(two, data), found, "2 threads");
    }

    [Test]
    public void Second_derivatives_agree_with_the_oracle([Values] bool reverse)
    {
        var (first, sizes, _) = Case(typeof(Gru), reverse, Lengths[0]);
        var builder = new GraphBuilder();
        Value[] values = builder.Inline(first, first.Inputs.Select(port => builder.Input(port.Name, port.Type, port.Role)).ToArray());
        Value Squares(string output) =>
            values[first.Outputs[first.OutputIndex(output)].Value] is var d ? Rnn.Total(d * d) : throw new InvalidOperationException();
        Graph squares = builder.Build("program", first.Name, [("squares", Squares("d_Wn") + Squares("d_x"), OutputRole.Result)]);
        Graph second = Differentiate.Run(squares, "squares", ["Un", "x", "h"]);
        Dictionary<string, NdArray> data = CellProgram.Draw(second, sizes), wanted = Interpreter.Run(second, data, sizes);
        using Executable executable = CellProgram.Create(second, sizes, 2, ElementType.F64);
        Dictionary<string, NdArray> found = CellProgram.Run(executable, data);
        Assert.That(executable.Commands<SortRowsCommand>(), Is.Not.Empty);
        foreach (var (name, value) in wanted)
            Assert.That(Bits.Distance(found[name], value), Is.LessThan(1e-12), name);
    }

    [Test]
    public void A_row_has_the_bits_it_has_unordered([Values(typeof(Lstm), typeof(Gru))] Type type, [Values] bool reverse,
        [ValueSource(nameof(Lengths))] int[] lengths)
    {
        var (program, sizes, data) = Case(type, reverse, lengths);
        using Executable ordered = CellProgram.Create(program, sizes), asGiven = CellProgram.Create(program, sizes, without: WithoutOrder);
        Assert.That(asGiven.Commands<SortRowsCommand>(), Is.Empty);
        Dictionary<string, NdArray> found = CellProgram.Run(ordered, data), wanted = CellProgram.Run(asGiven, data);
        foreach (Output output in program.Outputs)
        {
            // Sums over rows are added in another order.
            if (program.Values.Type(output.Value).Dims.Contains(Dim.Symbol("B")))
                Bits.AssertEqual(found[output.Name].Data, wanted[output.Name].Data, output.Name);
            else
                Assert.That(Bits.Distance(found[output.Name], wanted[output.Name]), Is.LessThan(2e-5), output.Name);
        }
    }

    [Test]
    public void Rows_left_out_add_nothing_to_any_bit([Values(typeof(Lstm), typeof(Gru), typeof(LstmPeephole))] Type type,
        [Values] bool reverse, [ValueSource(nameof(Lengths))] int[] lengths)
    {
        var (program, sizes, data) = Case(type, reverse, lengths);
        using Executable active = CellProgram.Create(program, sizes, 2),
            all = CellProgram.Create(program, sizes, 2, without: WithoutActiveRows);
        Assert.That(active.Commands<PlanCommand>().Where(command => command.ActiveRows() is not null), Is.Not.Empty);
        Assert.That(all.Commands<PlanCommand>().Where(command => command.ActiveRows() is not null), Is.Empty);
        Bits.AssertEqual(CellProgram.Run(active, data), CellProgram.Run(all, data), "rows left out");
    }

    [Test]
    public void Padding_may_hold_anything([Values(typeof(Lstm), typeof(Gru))] Type type, [Values] bool reverse, [Values(1, 2)] int threads)
    {
        var (program, sizes, data) = Case(type, reverse, Lengths[0]);
        using Executable executable = CellProgram.Create(program, sizes, threads);
        Dictionary<string, NdArray> wanted = CellProgram.Run(executable, data);
        NdArray x = data["x"];
        int width = x.Shape[2];
        for (int i = 0; i < x.Length; i++)
        {
            if (i / width / Batch >= Lengths[0][i / width % Batch])
                x.Data[i] = double.NaN;
        }

        Bits.AssertEqual(CellProgram.Run(executable, data), wanted, "padding of NaN");
    }

    [Test]
    public void Another_batch_with_other_lengths_leaves_nothing_behind()
    {
        var (program, sizes, full) = Case(typeof(Lstm), reverse: false, Lengths[4]);
        var (_, _, some) = Case(typeof(Lstm), reverse: false, Lengths[0]);
        using Executable used = CellProgram.Create(program, sizes), fresh = CellProgram.Create(program, sizes);
        CellProgram.Run(used, full);
        Bits.AssertEqual(CellProgram.Run(used, some), CellProgram.Run(fresh, some), "after a full batch");
    }

    [Test]
    public void Networks_leave_out_rows_in_every_layer_and_direction([Values] bool batchMajor)
    {
        var net = new NetworkBuilder("Net");
        net.Lengths("lengths", "B");
        Value x = batchMajor ? net.SwapBatchAndTime(net.Input("x", "B", "T", 5)) : net.Input("x", "T", "B", 5);
        Value y = net.Stack("layer", CellTracer.Trace(typeof(Lstm)), x, 2, net.Size("H", 12),
            new StackOptions { Layer = new RecurrentOptions { Direction = Direction.Both } });
        net.Output("loss", Rnn.TotalMean(net.Dense("head", y, 3) is var z ? z * z : y));
        Graph program = TrainingProgram.Of(net.Build());
        var sizes = new Dictionary<string, int>(net.Sizes) { ["T"] = 6, ["B"] = 8 };
        Dictionary<string, NdArray> data = CellProgram.Draw(program, sizes), wanted = Interpreter.Run(program, data, sizes);
        using Executable executable = CellProgram.Create(program, sizes, 2, ElementType.F64);
        Dictionary<string, NdArray> found = CellProgram.Run(executable, data);
        foreach (var (name, value) in wanted)
            Assert.That(Bits.Distance(found[name], value), Is.LessThan(1e-12), name);

        // Input products of both layers, the head, and all their gradients.
        MatMulCommand[] products = [.. executable.CommandsOutsideLoops().OfType<MatMulCommand>()];
        Assert.That(products, Is.Not.Empty);
        Assert.That(products.Where(product => product.Rows is null).Select(product => product.Describe), Is.Empty);
    }

    [Test]
    public void Without_lengths_nothing_is_ordered()
    {
        Graph program = new CellProgram(CellTracer.Trace(typeof(Lstm))).Build();
        Assert.That(SortByLength.Run(program), Is.SameAs(program));
    }
}
