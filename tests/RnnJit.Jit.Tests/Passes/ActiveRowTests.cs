using RnnJit.Cells;
using RnnJit.Cpu;
using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Jit.Tests.Contracts;
using RnnJit.Networks;
using RnnJit.Passes;
using RnnJit.Planning;
using RnnJit.Plans;
using RnnJit.Runtime;

namespace RnnJit.Jit.Tests.Passes;

/// <summary>With lengths, products and kernels outside loops are done for rows that run, and nobody reads what was left out: memory
/// holds NaN before it is written.</summary>
public class ActiveRowTests
{
    private static readonly string[] WithoutActiveRows = [Executable.ActiveRowsPass], WithoutOrder = [SortByLength.Name],
        WithoutFuse = [Fuse.Name];

    private static IEnumerable<Type> Cells => CellProgram.Types;

    private static IEnumerable<string> Networks => ActiveRowNetworks.Names;

    private static IEnumerable<string> UnreadNetworks => ActiveRowNetworks.Unread;

    [Test]
    public void No_cell_reads_what_was_left_out([ValueSource(nameof(Cells))] Type type, [Values] bool training)
    {
        var cell = new CellProgram(CellTracer.Trace(type), Lengths: true, Reverse: training, Backward: training);
        Graph program = cell.Build();
        Dictionary<string, int> sizes = cell.Sizes(5, 7);
        Dictionary<string, NdArray> data = CellProgram.Draw(program, sizes);
        using Executable active = CellProgram.Create(program, sizes, 2, poison: true),
            all = CellProgram.Create(program, sizes, without: WithoutActiveRows);
        Bits.AssertEqual(CellProgram.Run(active, data), CellProgram.Run(all, data), "rows left out");
    }

    [Test]
    public void No_network_reads_what_was_left_out([ValueSource(nameof(Networks))] string name, [Values] bool masked,
        [Values(1, 2)] int threads)
    {
        var (program, sizes, data) = ActiveRowNetworks.Case(name, masked);
        using Executable all = CellProgram.Create(program, sizes, without: WithoutActiveRows),
            active = CellProgram.Create(program, sizes, threads, poison: true);
        Dictionary<string, NdArray> wanted = Run(all, data);
        Bits.AssertEqual(Run(active, data), wanted, "rows left out");
        Bits.AssertEqual(Run(active, data), wanted, "once more");
    }

    [Test]
    public void Kernels_of_one_node_leave_out_rows_too([Values("dropout", "normalised between layers")] string name)
    {
        var (program, sizes, data) = ActiveRowNetworks.Case(name);
        using Executable all = CellProgram.Create(program, sizes, without: [.. WithoutFuse, .. WithoutActiveRows]),
            active = CellProgram.Create(program, sizes, 2, without: WithoutFuse, poison: true);
        Bits.AssertEqual(Run(active, data), Run(all, data), "rows left out");
    }

    [Test]
    public void Rows_as_they_are_given_leave_out_those_that_ended([ValueSource(nameof(Networks))] string name, [Values(1, 2)] int threads)
    {
        var (program, sizes, data) = ActiveRowNetworks.Case(name);
        using Executable active = CellProgram.Create(program, sizes, threads, without: WithoutOrder, poison: true),
            all = CellProgram.Create(program, sizes, without: [.. WithoutOrder, .. WithoutActiveRows]);
        Bits.AssertEqual(Run(active, data), Run(all, data), "rows left out");
    }

    [Test]
    public void The_oracle_agrees([ValueSource(nameof(Networks))] string name, [Values] bool masked)
    {
        var (program, sizes, data) = ActiveRowNetworks.Case(name, masked);
        Dictionary<string, NdArray> wanted = Interpreter.Run(program, data, sizes);
        using Executable executable = CellProgram.Create(program, sizes, 2, ElementType.F64, poison: true);
        Dictionary<string, NdArray> found = CellProgram.Run(executable, data);
        foreach (var (output, value) in wanted)
            Assert.That(Bits.Distance(found[output], value), Is.LessThan(1e-12), output);
    }

    [Test]
    public void Checked_kernels_store_finite_numbers_only([ValueSource(nameof(Networks))] string name)
    {
        var (program, sizes, data) = ActiveRowNetworks.Case(name);
        using Executable executable =
            Executable.Create(program, new ExecutableOptions { Sizes = sizes, Threads = 1, Device = Device.Scalar, Poison = true });
        Assert.That(() => CellProgram.Run(executable, data), Throws.Nothing);
    }

    [Test]
    public void A_masked_loss_leaves_no_product_and_no_kernel_for_padding([ValueSource(nameof(UnreadNetworks))] string name)
    {
        var (program, sizes, _) = ActiveRowNetworks.Case(name);
        using Executable executable = CellProgram.Create(program, sizes);
        Assert.That(OverRows(executable), Has.Some.TypeOf<KernelCommand>().And.Some.TypeOf<MatMulCommand>());
        Assert.That(Padded(OverRows(executable)), Is.Empty);
    }

    [TestCase("attention behind a loop", 5)]
    [TestCase("additive attention behind a loop, unmasked", 4)]
    [TestCase("general attention to another sequence", 4)]
    public void Attention_behind_a_loop_leaves_no_product_with_the_memory_of_a_row_for_padding(string name, int least)
    {
        var (program, sizes, _) = ActiveRowNetworks.Case(name);
        using Executable executable = CellProgram.Create(program, sizes);
        MatMulCommand[] ofRows =
            [.. Products(executable).Where(product => product.Form.Loops is [{ Extent: ActiveRowNetworks.Batch }, ..])];
        Assert.That(ofRows, Has.Length.GreaterThanOrEqualTo(least));
        Assert.That(Padded(ofRows), Is.Empty);
    }

    [Test]
    public void What_is_given_out_is_computed_in_all_rows()
    {
        var (program, sizes, _) = ActiveRowNetworks.Case("residual", masked: false);
        using Executable executable = CellProgram.Create(program, sizes);
        Assert.That(Padded(OverRows(executable).OfType<KernelCommand>()), Is.Not.Empty);
        IReadOnlyList<string> remarks = Remarks.Of(program);
        Assert.That(remarks,
            Has.Some.Match("on rows that run only").And.Some.Match("; on all rows, for .* (reads .* in all of them|is given out)"));
    }

    // Attention in a decoder and second-order products multiply two values of one row.
    [Test]
    public void Products_of_two_values_of_a_row_leave_out_padding(
        [Values(typeof(LuongDecoder), typeof(BahdanauDecoder), typeof(SecondOrder), typeof(SymbolSecondOrder))] Type type,
        [Values(1, 2)] int threads, [Values] bool reverse)
    {
        var cell = new CellProgram(CellTracer.Trace(type), Lengths: true, Reverse: reverse);
        Graph program = cell.Build();
        Dictionary<string, int> sizes = cell.Sizes(6, 8);
        Dictionary<string, NdArray> data = CellProgram.Draw(program, sizes);
        using Executable active = CellProgram.Create(program, sizes, threads, poison: true),
            all = CellProgram.Create(program, sizes, without: WithoutActiveRows);
        Assert.That(Products(active).Where(product => product.Form.Loops.Length > 0), Is.Not.Empty);
        Assert.That(Padded(active.CommandsOutsideLoops().Where(command => command switch
        {
            MatMulCommand { Form: var form } => form.Loops.Length > 0 || IsOverRows(form, rows: 48),
            ColumnSumCommand sum => sum.Rows is 6 or 48,
            KernelCommand kernel => kernel.Rows == 48,
            _ => false,
        })), Is.Empty);
        Bits.AssertEqual(CellProgram.Run(active, data), CellProgram.Run(all, data), "rows left out");
    }

    [Test]
    public void Codes_behind_the_ends_may_name_no_row_of_the_table([Values(1, 2)] int threads)
    {
        var (program, sizes, data) = ActiveRowNetworks.Case("embedding");
        using Executable executable = CellProgram.Create(program, sizes, threads);
        Assert.That(executable.Commands<GatherCommand>(), Has.Some.Matches<GatherCommand>(gather => gather?.Active is not null));
        Dictionary<string, NdArray> wanted = CellProgram.Run(executable, data);
        NdArray code = data["code"];
        for (int i = 0; i < code.Length; i++)
        {
            if (i / ActiveRowNetworks.Batch >= data["lengths"].Data[i % ActiveRowNetworks.Batch])
                code.Data[i] = -1;
        }

        Bits.AssertEqual(CellProgram.Run(executable, data), wanted, "padding of no codes");
        data["lengths"].Data[0] = ActiveRowNetworks.Steps;
        Assert.That(() => CellProgram.Run(executable, data),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("'code' holds index -1"));
    }

    [Test]
    public void Weight_gradients_of_loops_with_other_lengths_add_up_rows_of_their_own()
    {
        var net = new NetworkBuilder("Net");
        Value x = net.Input("x", "T", "B", 5);
        Dim h = net.Size("H", 12);
        Value Layer(string name, string lengths) =>
            net.Recurrent(name, CellTracer.Trace(typeof(Elman)), x, h, new RecurrentOptions { Lengths = net.Lengths(lengths, "B") }).Output;
        Value y = Layer("one", "lengths"), z = Layer("two", "others");
        net.Output("loss", Rnn.Total(y * y) + Rnn.Total(z * z));
        Graph network = net.Build();
        Graph program = Differentiate.Run(network, "loss",
            network.Inputs.Where(port => port.Role == PortRole.Parameter).Select(port => port.Name).ToArray());
        var sizes = new Dictionary<string, int>(net.Sizes) { ["T"] = 5, ["B"] = 6 };
        Dictionary<string, NdArray> data = CellProgram.Draw(program, sizes);

        // Each has rows that the other one lacks.
        data["lengths"] = new NdArray([6], [2, 2, 2, 2, 2, 2]);
        data["others"] = new NdArray([6], [5, 4, 0, 1, 0, 0]);
        int lists = 0;
        OracleContract.Check(program, sizes, data, planned: executable => lists = executable.Commands<ListRowsCommand>().Count());
        Assert.That(lists, Is.EqualTo(2));
    }

    [Test]
    public void Explain_says_why_a_batch_norm_of_steps_runs_on_all_rows()
    {
        var net = new NetworkBuilder("Net");
        Indices lengths = net.Lengths("lengths", "B");
        Value y = net.Recurrent("layer", CellTracer.Trace(typeof(Lstm)).WithBatchNorm(0.1), net.Input("x", "T", "B", 5), net.Size("H", 12));
        net.Output("loss", Rnn.Total(y * net.StepsOf(lengths, y)));
        Assert.That(Remarks.Of(net.Build()), Has.Some.EqualTo(
            "Loop 1 is done for all rows at every step: a step adds up rows of the batch, so lengths are a mask that it reads."));
    }

    [Test]
    public void Padding_may_hold_anything_in_any_network([ValueSource(nameof(Networks))] string name)
    {
        var (program, sizes, data) = ActiveRowNetworks.Case(name);
        using Executable executable = CellProgram.Create(program, sizes, 2);
        Dictionary<string, NdArray> wanted = CellProgram.Run(executable, data);
        foreach (var (port, value) in data.Where(pair => pair.Value.Shape.Length == 3 && pair.Value.Shape[0] == ActiveRowNetworks.Steps))
        {
            for (int i = 0; i < value.Length; i++)
            {
                if (i / value.Shape[2] / ActiveRowNetworks.Batch >= data["lengths"].Data[i / value.Shape[2] % ActiveRowNetworks.Batch])
                    value.Data[i] = double.NaN;
            }
        }

        Bits.AssertEqual(CellProgram.Run(executable, data), wanted, "padding of NaN");
    }

    [Test]
    public void Blocks_of_time_leave_out_rows_too([Values("dropout", "normalised between layers", "embedding")] string name)
    {
        var (program, sizes, data) = ActiveRowNetworks.Case(name, block: 2);
        using Executable active = CellProgram.Create(program, sizes, 2, poison: true),
            all = CellProgram.Create(program, sizes, without: WithoutActiveRows);
        Bits.AssertEqual(Run(active, data), Run(all, data), "rows left out");
    }

    [Test]
    public void What_nobody_wrote_is_not_a_number()
    {
        // A copy of memory that no instruction fills.
        var buffer = new PlanBuffer(0, ElementType.F32, 4, BufferSpace.Scratch);
        var clear = new ClearCommand(new BufferView(buffer, 0, [4], [1]));
        MemoryPlan unused = MemoryPlan.Place([buffer], [], []), used = MemoryPlan.Place([buffer], [clear], []);
        Assert.That(PoisonInstruction.Before([new ClearInstruction(clear)], unused).Count(), Is.EqualTo(1), "nothing begins here");
        Instruction[] poisoned = PoisonInstruction.Before([new ClearInstruction(clear)], used).ToArray();
        Assert.That(poisoned, Has.Length.EqualTo(2).And.ItemAt(0).TypeOf<PoisonInstruction>());
        using var arena = new NativeBuffer(64);
        unsafe
        {
            var memory = new PlanMemory();
            memory.Place(used, arena.Data);
            poisoned[0].Resolve(memory);
            poisoned[0].Execute(new WorkShare(0, 1, -1, -1), default);
            Assert.That(new Span<float>(arena.Data, 4).ToArray(), Is.All.NaN);
        }
    }

    // A 0 behind the end of a row is written as +0; computed it may be −0.
    private static Dictionary<string, NdArray> Run(Executable executable, IReadOnlyDictionary<string, NdArray> data)
    {
        Dictionary<string, NdArray> found = CellProgram.Run(executable, data);
        foreach (NdArray value in found.Values.Where(value => value.Shape.Length == 3 && value.Shape[0] == ActiveRowNetworks.Steps))
        {
            int width = value.Shape[2];
            for (int i = 0; i < value.Length; i++)
            {
                if (value.Data[i] == 0 && i / width / ActiveRowNetworks.Batch >= data["lengths"].Data[i / width % ActiveRowNetworks.Batch])
                    value.Data[i] = 0;
            }
        }

        return found;
    }

    private static IEnumerable<MatMulCommand> Products(Executable executable) => executable.CommandsOutsideLoops().OfType<MatMulCommand>();

    // Products and kernels over all steps and rows of the batch.
    private static PlanCommand[] OverRows(Executable executable) =>
    [
        .. executable.CommandsOutsideLoops().Where(command => command switch
        {
            MatMulCommand { Form: var form } =>
                form.Loops is [{ Extent: ActiveRowNetworks.Batch }] || IsOverRows(form, ActiveRowNetworks.Steps * ActiveRowNetworks.Batch),
            KernelCommand kernel => kernel.Rows is ActiveRowNetworks.Steps * ActiveRowNetworks.Batch
                or ActiveRowNetworks.Batch * ActiveRowNetworks.Steps * ActiveRowNetworks.Steps,
            _ => false,
        }),
    ];

    private static bool IsOverRows(MatMulForm form, int rows) => form.M.Extent == rows || form.N.Extent == rows || form.K.Extent == rows;

    private static IEnumerable<string> Padded(IEnumerable<PlanCommand> commands) =>
        commands.Where(command => command.ActiveRows() is null).Select(command => command.Describe);
}
