using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Contracts;
using RnnJit.Ops;
using RnnJit.Passes;
using RnnJit.Plans;
using RnnJit.Runtime;

namespace RnnJit.Gpu.Tests;

/// <summary>Commands that cells seldom need, each in a Program whose plan holds it.</summary>
public class CommandTests
{
    private static readonly Dictionary<string, int> Sizes = new() { ["T"] = 7, ["B"] = 3, ["H"] = 5, ["X"] = 4, ["V"] = 6 };

    [Test]
    public void Checkpoints_over_time_give_the_same_bits()
    {
        var cell = new CellProgram(CellTracer.Trace(typeof(Gru)), Lengths: true, Backward: false);
        Dictionary<string, int> sizes = cell.Sizes(steps: 7, batch: 3);
        var (blocks, symbol, count) = StripMineTime.Run(cell.Build(), "T", sizes["T"], 3);
        sizes[symbol!] = count;
        Graph program = Differentiate.Run(blocks, "loss", [.. blocks.Inputs.Where(port => port.Type.IsReal
            && port.Name != "dy").Select(port => port.Name)]);
        AssertSame<BlockLengthsCommand>(program, sizes, CellProgram.Draw(program, sizes));
    }

    [Test]
    public void Rows_of_a_table_go_and_come([Values(ElementType.F32, ElementType.F64)] ElementType real)
    {
        var builder = new GraphBuilder();
        Value table = builder.Input("table", new TensorType(ElementType.F32, "V", "H"), PortRole.Parameter),
            index = builder.Input("index", new TensorType(ElementType.I32, "T", "B"));
        Graph program = Differentiate.Run(builder.Build("program", "rows",
            [("loss", Rnn.Total(Rnn.Tanh(builder.Add(GatherOp.Instance, table, index))), OutputRole.Result)]), "loss", ["table"]);
        Dictionary<string, NdArray> data = CellProgram.Draw(program, Sizes);
        AssertSame<GatherCommand>(program, Sizes, data, real);
        AssertSame<ScatterCommand>(program, Sizes, data, real);
    }

    [Test]
    public void Sums_and_maxima_over_any_axes([Values("0", "1", "2", "0, 2", "0, 1, 2", "1, 2")] string axes, [Values] bool maximum)
    {
        int[] over = [.. axes.Split(',').Select(axis => int.Parse(axis, System.Globalization.CultureInfo.InvariantCulture))];
        var builder = new GraphBuilder();
        Value x = builder.Input("x", new TensorType(ElementType.F32, "T", "B", "H"));
        Value y = builder.Add(maximum ? new MaxReduceOp(over) : new SumOp(over), x);
        Graph program = builder.Build("program", "sums", [("y", y, OutputRole.Result)]);
        AssertSame<PlanCommand>(program, Sizes, CellProgram.Draw(program, Sizes));
    }

    // More than one block of the flat order, and a tail.
    [Test]
    public void A_sum_of_many_elements_keeps_the_order_of_blocks()
    {
        var sizes = new Dictionary<string, int> { ["T"] = 9, ["H"] = 1031 };
        var builder = new GraphBuilder();
        Value x = builder.Input("x", new TensorType(ElementType.F32, "T", "H"));
        Graph program = builder.Build("program", "flat", [("y", builder.Add(new SumOp([0, 1]), x), OutputRole.Result)]);
        AssertSame<ReduceCommand>(program, sizes, CellProgram.Draw(program, sizes));
    }

    [Test]
    public void Chunks_give_the_same_bits([Values] bool reverse)
    {
        var cell = new CellProgram(CellTracer.Trace(typeof(Lstm)), Reverse: reverse, Backward: false);
        Dictionary<string, int> sizes = cell.Sizes(steps: 11, batch: 3);
        Graph program = cell.Build();
        Dictionary<string, NdArray> data = CellProgram.Draw(program, sizes);
        var options = new ExecutableOptions { Device = Device.Parse("ilgpu-cpu"), Sizes = sizes };
        var chunked = options with { ChunkLimits = new ChunkLimits(0, 6) };
        Assert.That(Executable.PlanOf(program, chunked).AllCommands.OfType<ScanCommand>().SelectMany(scan => scan.Chunked), Is.Not.Empty);
        Assert.That(Executable.PlanOf(program, options).AllCommands.OfType<ScanCommand>().SelectMany(scan => scan.Chunked), Is.Empty);
        using Executable tiles = Executable.Create(program, chunked), whole = Executable.Create(program, options);
        Bits.AssertEqual(CellProgram.Run(tiles, data), CellProgram.Run(whole, data), "chunks");
    }

    // Row sums of every number of lanes; as many as a vector has are those of the CPU, other numbers differ somewhere.
    [Test]
    public void Sums_of_rows_are_added_in_the_lanes_that_are_asked_for()
    {
        var builder = new GraphBuilder();
        Value x = builder.Input("x", new TensorType(ElementType.F32, "B", "H"));
        Graph program = builder.Build("program", "norm", [("y", x / Rnn.Sqrt(Rnn.Sum(x * x)), OutputRole.Result)]);
        var sizes = new Dictionary<string, int> { ["B"] = 40, ["H"] = 67 };
        Dictionary<string, NdArray> data = CellProgram.Draw(program, sizes);
        using Executable cpu = CellProgram.Create(program, sizes),
            scalar = Executable.Create(program, new ExecutableOptions { Device = Device.Scalar, Sizes = sizes });
        Dictionary<int, NdArray> found = new[] { 1, 2, 4, 8, 16 }.ToDictionary(lanes => lanes, lanes =>
        {
            using Executable device = OnDevices.Create(program, sizes, lanes: lanes);
            return CellProgram.Run(device, data)["y"];
        });
        Bits.AssertEqual(found[OnDevices.Lanes(ElementType.F32)].Data, CellProgram.Run(cpu, data)["y"].Data, "the CPU's lanes");
        Bits.AssertEqual(found[1].Data, CellProgram.Run(scalar, data)["y"].Data, "one lane");
        Assert.That(found.Values.Select(array => string.Join(' ', array.Data)).Distinct().Count(), Is.EqualTo(5));
    }

    // All pairs of numbers, an infinity and both zeros among them; standard kernels have few of these ops alone.
    [Test]
    public void Elementwise_ops_have_the_bits_of_the_CPU([ValueSource(nameof(ElementwiseOps))] string name,
        [Values("ilgpu-cpu", "ptx:0")] string device, [Values(ElementType.F32, ElementType.F64)] ElementType real)
    {
        double[] numbers = [1.75, -1.25, 3, -1e-40, -0.0, 0, 0.5, 1 << 30, double.PositiveInfinity];
        var op = (ElementwiseOp)OpTable.Read(name, "");
        var builder = new GraphBuilder();
        Value[] x = [.. Enumerable.Range(0, op.Arity).Select(i => builder.Input("x" + i, new TensorType(ElementType.F32, "B", "H")))];
        Graph program = builder.Build("program", name, [("y", builder.Add(op, x), OutputRole.Result)]);
        var sizes = new Dictionary<string, int> { ["B"] = numbers.Length, ["H"] = numbers.Length };
        int[] shape = [numbers.Length, numbers.Length];
        Dictionary<string, NdArray> data = Enumerable.Range(0, op.Arity).ToDictionary(i => "x" + i, i => new NdArray(shape,
            [.. numbers.SelectMany((row, r) => numbers.Select((column, c) => i == 0 ? row : i == 1 ? column : numbers[(r + c) % 9]))]));
        var options = new ExecutableOptions { Sizes = sizes, Precision = real, RowLanes = OnDevices.Lanes(real) };
        using Executable onDevice = Executable.Create(program, options with { Device = Device.Parse(device) }),
            cpu = CellProgram.Create(program, sizes, real: real);
        Bits.AssertEqual(Result(onDevice), Result(cpu), name);

        // The bits of a NaN are the processor's.
        double[] Result(Executable executable) =>
            [.. CellProgram.Run(executable, data)["y"].Data.Select(number => double.IsNaN(number) ? double.NaN : number)];
    }

    private static IEnumerable<string> ElementwiseOps => typeof(ElementwiseOp).Assembly.GetTypes()
        .Where(type => type.IsSubclassOf(typeof(ElementwiseOp))).Select(type => type.GetProperty("Instance")?.GetValue(null))
        .OfType<ElementwiseOp>().Select(op => op.Name);

    [Test]
    public void A_loop_that_has_no_compiled_form_is_named()
    {
        GraphCase given = Enumerable.Range(0, 500).Select(RandomGraphs.Of).First(HasHostOp);
        using Executable device = OnDevices.Create(given.Program, given.Sizes);
        Assert.That(device.Plan.Select(line => line.Text), Has.Some.Match("interpreted.*the device waits"));
    }

    private static bool HasHostOp(GraphCase given) =>
        Executable.PlanOf(given.Program, new ExecutableOptions { Device = Device.Parse("ilgpu-cpu"), Sizes = given.Sizes }).AllCommands
            .Any(command => command is HostOpCommand);

    private static void AssertSame<TCommand>(Graph program, Dictionary<string, int> sizes, Dictionary<string, NdArray> data,
        ElementType real = ElementType.F32)
        where TCommand : PlanCommand
    {
        Assert.That(Executable.PlanOf(program, new ExecutableOptions { Device = Device.Parse("ilgpu-cpu"), Sizes = sizes }).AllCommands
            .OfType<TCommand>(), Is.Not.Empty);
        OnDevices.AssertEqual(program, sizes, data, real);
    }
}
