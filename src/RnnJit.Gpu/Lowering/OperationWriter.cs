using RnnJit.Gpu.Kernels;
using RnnJit.Gpu.Running;
using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Plans;
using System.Reflection;

namespace RnnJit.Gpu.Lowering;

/// <summary>Turns commands into operations of a device, one at a time, and writes their tables.</summary>
internal sealed partial class OperationWriter
{
    private readonly GpuDevice device;
    private readonly ElementType real;
    private readonly int lanes;
    private readonly TableWriter table;
    private readonly DeviceLayout layout;
    private readonly Evaluation evaluation;
    private readonly Dictionary<Graph, MethodInfo> kernels;
    private readonly Dictionary<Graph, MethodInfo> itemKernels;
    private readonly List<PlanCommand> checks = [];

    // Number of plan lines written so far; the index of the next one in LoweredGpuPlan.Lines.
    private int line;

    // Lengths of the loop whose step is written, as seen from inside.
    private BufferView? lengths;

    public OperationWriter(LoweredGpuPlan lowered, GpuDevice device)
    {
        (this.device, real, lanes, layout) = (device, lowered.Plan.Options.Real, lowered.Plan.RowLanes, lowered.Layout);
        table = new TableWriter(layout);
        evaluation = new Evaluation(lowered.Plan.Options.Sizes, (body, values, context) => InterpretedGraph.Walk(body, values, context));
        kernels = Emitted(lowered.Plan.AllCommands.OfType<KernelCommand>().Select(kernel => kernel.Op.Kernel), overItems: false);
        itemKernels = Emitted(lowered.Plan.AllCommands.OfType<ForEachCommand>().Select(each => each.Op.Kernel), overItems: true);
        Fills = [.. lowered.Plan.Fills.Select(fill => Fill(fill.To, fill.Value))];
        Operations = Write(lowered.Plan.Commands);
    }

    /// <summary>Constants, written once.</summary>
    public DeviceOperation[] Fills { get; }

    public DeviceOperation[] Operations { get; }

    public long[] Table => table.Words;

    /// <summary>Commands whose numbers are checked, by the number that a launch of them has: 1 for the first.</summary>
    public IReadOnlyList<PlanCommand> Checks => checks;

    /// <summary>Bytes of scratch that threads use, after the plan's layout.</summary>
    public long ThreadBytes { get; private set; }

    private Dictionary<Graph, MethodInfo> Emitted(IEnumerable<Graph> graphs, bool overItems)
    {
        Graph[] all = [.. graphs.Distinct()];
        return all.Zip(EmittedKernels.Of(all, real, overItems)).ToDictionary();
    }

    private DeviceOperation[] Write(IEnumerable<PlanCommand> commands) => [.. commands.Select(Write)];

    private DeviceOperation Write(PlanCommand command)
    {
        int number = line++;
        DeviceOperation operation = Of(command);
        operation.Line = number;
        return operation;
    }

    private DeviceOperation Of(PlanCommand command) => command switch
    {
        KernelCommand kernel => OfKernel(kernel),
        MatMulCommand product => OfProduct(product),
        ScanCommand scan => OfScan(scan),
        PackCommand pack => OfPack(pack),
        PackListedCommand pack => OfListed(pack),
        ReduceCommand reduce => OfReduce(reduce),
        ArgMaxCommand most => OfArgMax(most),
        ColumnSumCommand sum => OfColumnSum(sum),
        AccumulateCommand sum => Copy(sum.Input, sum.Sum, typeof(SumKernels), nameof(SumKernels.Accumulate), null),
        ScatterCommand scatter => OfScatter(scatter),
        GatherCommand gather => OfGather(gather),
        CopyCommand copy => Copy(copy.From, copy.To, null),
        ClearCommand clear => Fill(clear.To, 0),
        ListRowsCommand rows =>
            OfOrder(rows, nameof(PickKernels.List), rows.Lengths, rows.Listed, 1, rows.Steps, rows.Batch, forwards: rows.Forwards),
        SortRowsCommand sort => OfOrder(sort, nameof(PickKernels.Sort), sort.Lengths, sort.Result, sort.Lengths.Length),
        InversePermutationCommand inverse =>
            OfOrder(inverse, nameof(PickKernels.Inverse), inverse.Order, inverse.Result, inverse.Order.Length, size: inverse.Result.Length),
        BlockLengthsCommand cut =>
            OfOrder(cut, nameof(PickKernels.BlockLengths), cut.Lengths, cut.Result, cut.Result.Length, cut.Steps, cut.Lengths.Length,
                first: cut.First),
        TakeCommand take => OfTake(take),
        CheckIndicesCommand check => OfCheck(check),
        CheckBoundsCommand check => OfCheck(check),
        RandomMaskCommand mask => OfMask(mask),
        SquareSumCommand sum => OfSquares(sum),
        GradientNormCommand norm => OfNorm(norm),
        ForEachCommand each => OfForEach(each),
        HostOpCommand host => new HostOperation(host, layout, evaluation),
        _ => throw new NotSupportedException($"The device does not lower '{command.Text}'"),
    };

    private DeviceOperation OfScan(ScanCommand scan)
    {
        int own = line - 1;
        BufferView? around = lengths;
        lengths = scan.Lengths;
        table.Enter();
        var ahead = scan.Chunked.Select(OfAhead).ToArray();
        DeviceOperation[] body = Write(scan.Body);
        DeviceOperation[] rest = scan.Lengths is null ? [] : [.. scan.Freeze.Select(copy => Copy(copy.From, copy.To, scan.Lengths)),
            .. scan.Yields.Select(view => Fill(view, 0, scan.Lengths))];
        foreach (DeviceOperation operation in rest)
            operation.Line = own;
        lengths = around;
        return new ScanOperation(scan.Steps, scan.Scan.Reverse, ahead, [.. body, .. rest], OfMoves(table.Leave()));
    }

    // Emits moves of addresses that depend on outer loops, since an address word describes two loops only.
    private LaunchOperation? OfMoves(IReadOnlyList<TableMove> moves)
    {
        if (moves.Count == 0)
            return null;
        var entry = table.Begin(MoveWord.Words);
        entry.Set(MoveWord.Count, moves.Count);
        foreach (TableMove move in moves)
            entry.Append(move.Word, move.Movement.TimeStride, move.Movement.DoubleBufferStride, move.Movement.DoubleBufferHalf);
        return Launch(typeof(TableKernels), nameof(TableKernels.Move), entry.Place, moves.Count);
    }

    // The chunk that begins at step t: A and what the chains start from move with it, the ring has room for one chunk.
    private ChunkOperation OfAhead(ChunkedMatMul ahead)
    {
        MatMulForm form = ahead.Product.Form;
        MatMulCommand Of(int steps) => ahead.Product with
        {
            Form = form with { A = form.A with { TimeStride = ahead.Batch * form.M.A }, M = form.M with { Extent = steps * ahead.Batch } },
            Init = ahead.Product.Init is { } init ? init with { View = init.View with { TimeStride = ahead.Batch * init.Row } } : null,
        };
        int last = ahead.Steps % ahead.Chunk;
        return new ChunkOperation(ahead.Chunk, OfProduct(Of(ahead.Chunk)), last == 0 ? null : OfProduct(Of(last)), ahead.Steps)
        {
            Line = line++,
        };
    }

    private PackOperation OfPack(PackCommand pack)
    {
        DeviceOperation[] copies = [.. pack.Parts.Select(part => Copy(
            part.View.Over([(part.K, part.KStride), (part.N, part.NStride)]),
            pack.Target with
            {
                Offset = pack.Target.Offset + ((pack.Reverse ? pack.K - 1 - part.KOffset : part.KOffset) * (long)pack.N) + part.NOffset,
                Shape = [part.K, part.N],
                Strides = [pack.Reverse ? -pack.N : pack.N, 1],
            },
            null))];
        return new PackOperation(pack.IsWeight ? [.. pack.Parts.Select(part => part.View.Buffer).Distinct()] : null, copies);
    }

    private LaunchOperation OfListed(PackListedCommand pack)
    {
        var entry = table.Begin(PackListedWord.Words);
        entry.Address(PackListedWord.From, pack.Source);
        entry.Address(PackListedWord.Listed, pack.Rows.Listed);
        entry.Address(PackListedWord.To, pack.Target);
        entry.Set(PackListedWord.N, pack.N);
        entry.Set(PackListedWord.Column, pack.NStride);
        entry.Set(PackListedWord.Time, pack.TimeStride);
        entry.Set(PackListedWord.Row, pack.RowStride);
        entry.Set(PackListedWord.Batch, pack.Rows.Batch);
        return Launch(typeof(PackKernels), nameof(PackKernels.Listed), entry.Place, (long)pack.N * pack.Rows.Steps * pack.Rows.Batch);
    }

    private LaunchOperation Copy(BufferView from, BufferView to, BufferView? rests) =>
        Copy(from, to, typeof(CopyKernels), to.Buffer.Element == ElementType.I32 ? nameof(CopyKernels.CopyIntegers)
            : nameof(CopyKernels.Copy), rests);

    private LaunchOperation Fill(BufferView to, double value, BufferView? rests = null)
    {
        var entry = CopyEntry(null, to, rests);
        entry.Set(CopyWord.Value, BitConverter.DoubleToInt64Bits(value));
        return Launch(typeof(CopyKernels), to.Buffer.Element == ElementType.I32 ? nameof(CopyKernels.FillIntegers)
            : nameof(CopyKernels.Fill), entry.Place, to.Length);
    }

    private LaunchOperation Copy(BufferView from, BufferView to, Type type, string method, BufferView? rests) =>
        Launch(type, method, CopyEntry(from, to, rests).Place, to.Length);

    /// <param name="rests">Lengths: only rows of the first axis that rest are written.</param>
    private TableWriter.TableEntry CopyEntry(BufferView? from, BufferView to, BufferView? rests)
    {
        var entry = table.Begin(CopyWord.Words);
        entry.Address(CopyWord.From, from);
        entry.Address(CopyWord.To, to);
        entry.Set(CopyWord.Length, to.Length);
        entry.Set(CopyWord.Rank, to.Rank);
        entry.Set(CopyWord.RestsOnly, rests is null ? 0 : 1);
        entry.Set(CopyWord.Row, to.Rank == 0 ? 1 : to.Length / Math.Max(to.Shape[0], 1));
        entry.Loop(CopyWord.Lengths, rests);
        entry.Append(to.Shape);
        entry.Append((from ?? to).Strides);
        entry.Append(to.Strides);
        return entry;
    }

    private LaunchOperation OfOrder(
        PlanCommand command, string method, BufferView from, BufferView to, int count, int steps = 0, int batch = 0, int size = 0,
            int first = 0, bool forwards = false)
    {
        var entry = table.Begin(OrderWord.Words);
        entry.Address(OrderWord.From, from);
        entry.Address(OrderWord.To, to);
        entry.Set(OrderWord.Count, count);
        entry.Set(OrderWord.Size, size);
        entry.Set(OrderWord.Steps, steps);
        entry.Set(OrderWord.Batch, batch);
        entry.Set(OrderWord.First, first);
        entry.Set(OrderWord.Forwards, forwards ? 1 : 0);
        return Launch(typeof(PickKernels), method, entry.Place, count, command is InversePermutationCommand ? command : null);
    }

    /// <param name="check">The command, where threads may find a wrong number.</param>
    private LaunchOperation Launch(Type type, string method, int place, long units, PlanCommand? check = null) =>
        Launch(DeviceMethods.Own(type, method, real), place, units, check);

    private LaunchOperation Launch(MethodInfo method, int place, long units, PlanCommand? check = null)
    {
        if (check is not null)
            checks.Add(check);
        return new LaunchOperation(method, place, device.Config(units), units > 0, check is null ? 0 : checks.Count);
    }
}
