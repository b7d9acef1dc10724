using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Planning;
using RnnJit.Plans;

namespace RnnJit.Interpretation;

/// <summary>
/// Runs a plan command by command in double precision, each as its definition says: no vectors, no panels, no threads. It knows no backend,
/// so agreement with the <see cref="Interpreter"/>, which knows nothing of plans, proves that a plan is complete and right.
/// </summary>
public sealed partial class PlanInterpreter
{
    private readonly Evaluation evaluation;
    private readonly Dictionary<PlanBuffer, double[]> memory = [];

    private PlanInterpreter(Plan plan) => evaluation = OfSizes(plan.Options.Sizes);

    /// <summary>Outputs by name for inputs by name.</summary>
    public static Dictionary<string, NdArray> Run(Plan plan, IReadOnlyDictionary<string, NdArray> inputs)
    {
        var interpreter = new PlanInterpreter(plan);
        foreach (BufferView view in plan.Inputs)
            interpreter.memory[view.Buffer] = [.. inputs[view.Buffer.Name].Data];
        foreach (PlanCommand command in plan.Fills.Concat<PlanCommand>(plan.Commands))
            interpreter.Run(command, default);
        return plan.Program.Outputs.Zip(plan.Outputs).ToDictionary(pair => pair.First.Name, pair => interpreter.Read(pair.Second, default));
    }

    // Time step and number of steps done, of the innermost loop and of the one around it; rows that still run, null for all.
    private readonly record struct Loops(int T, int I, int OuterT, int OuterI, bool[]? Runs);

    private static Evaluation OfSizes(IReadOnlyDictionary<string, int> sizes) =>
        new(sizes, (body, values, context) => InterpretedGraph.Walk(body, values, context));

    // Where each element of a view lies at this step, in row-major order.
    private (double[] Data, long[] Places) Elements(BufferView view, Loops at)
    {
        if (!memory.TryGetValue(view.Buffer, out double[]? data))
            memory[view.Buffer] = data = new double[view.Buffer.Elements * 2];
        long start = view.Offset + (at.OuterT * view.OuterTimeStride) + (((at.OuterI + view.OuterDoubleBufferHalf) & 1) * view.OuterDoubleBufferStride)
            + ((view.Ring > 0 ? at.T % view.Ring : at.T) * view.TimeStride) + (((at.I + view.DoubleBufferHalf) & 1) * view.DoubleBufferStride);
        var places = new long[view.Length];
        NdArray.ForEach(view.Shape, (index, flat) =>
        {
            places[flat] = start;
            for (int axis = 0; axis < index.Length; axis++)
                places[flat] += index[axis] * view.Strides[axis];
        });
        return (data, places);
    }

    private NdArray Read(BufferView view, Loops at)
    {
        var (data, places) = Elements(view, at);
        return new NdArray(view.Shape, Array.ConvertAll(places, place => data[place]));
    }

    // Elements for which there is no number stay as they are.
    private void Write(BufferView view, Loops at, Func<int, double?> value)
    {
        var (data, places) = Elements(view, at);
        for (int flat = 0; flat < places.Length; flat++)
            data[places[flat]] = value(flat) ?? data[places[flat]];
    }

    private void Write(BufferView view, Loops at, NdArray value) => Write(view, at, flat => value.Data[flat]);

    private double[]? LengthsOf(ActiveRows? rows, Loops at) => rows is null ? null : Read(rows.Lengths, at).Data;

    private double[] Along(BufferView view, Loops at, params (int Extent, long Stride)[] axes) => Read(view.Over(axes), at).Data;

    private void Run(PlanCommand command, Loops at)
    {
        switch (command)
        {
            case KernelCommand kernel: Kernel(kernel, at); break;
            case MatMulCommand product: MatMul(product, at); break;
            case ScanCommand scan: Scan(scan, at); break;
            case PackCommand pack: Pack(pack, at); break;
            case PackListedCommand pack: PackListed(pack, at); break;
            case ListRowsCommand rows: ListRows(rows, at); break;
            case ColumnSumCommand sum: ColumnSum(sum, at); break;
            case ScatterCommand scatter: Scatter(scatter, at); break;
            case GatherCommand gather: Gather(gather, at); break;
            case TakeCommand take: Take(take, at); break;
            case ReduceCommand reduce: Apply(reduce.Op, [reduce.Result], at, reduce.Input); break;
            case CopyCommand copy: Write(copy.To, at, Read(copy.From, at)); break;
            case FillCommand fill: Write(fill.To, at, _ => fill.Value); break;
            case ClearCommand clear: Write(clear.To, at, _ => 0); break;
            case AccumulateCommand add: Apply(AddOp.Instance, [add.Sum], at, add.Sum, add.Input); break;
            case SortRowsCommand sort: Apply(ArgsortOp.Instance, [sort.Result], at, sort.Lengths); break;
            case InversePermutationCommand inverse: Apply(InversePermutationOp.Instance, [inverse.Result], at, inverse.Order); break;
            case BlockLengthsCommand cut:
                Apply(new BlockLengthsOp(Dim.Of(cut.Result.Shape[0]), cut.Steps, Dim.Of(cut.First)), [cut.Result], at, cut.Lengths);
                break;
            case RandomMaskCommand mask: Apply(mask.Op, [mask.Mask], at, mask.Words); break;
            case SquareSumCommand squares: SquareSum(squares, at); break;
            case GradientNormCommand norm: Norm(norm, at); break;
            case ForEachCommand each: ForEach(each, at); break;
            case HostOpCommand host: Apply(host.Op, host.Results, at, host.Operands); break;
            case CheckIndicesCommand or CheckBoundsCommand: break;
            default: throw new NotSupportedException($"The plan interpreter does not know '{command.Text}'");
        }
    }

    private void Apply(Op op, BufferView[] results, Loops at, params BufferView[] operands)
    {
        foreach (var (view, value) in results.Zip(op.Evaluate([.. operands.Select(operand => Read(operand, at))], evaluation)))
            Write(view, at, value);
    }

    // Of items in the order of [T, B, …] or, in a step, of [B, …]: true for those of rows that run.
    private Func<int, bool> Running(ActiveRows? rows, int items, Loops at)
    {
        if (rows is null)
            return item => at.Runs is not { } runs || runs[item / (items / runs.Length)];
        double[] lengths = Read(rows.Lengths, at).Data;
        int of = items / (rows.Steps * rows.Batch), last = rows.BatchFirst ? rows.Steps : rows.Batch;
        return item => rows.BatchFirst ? lengths[item / of / last] > item / of % last : lengths[item / of % last] > item / of / last;
    }

    // Rows are those of all dimensions but the last; an operand with fewer of them repeats over the first ones.
    private void Kernel(KernelCommand kernel, Loops at)
    {
        Graph graph = kernel.Op.Kernel;
        NdArray[] operands = [.. graph.Inputs.Select((port, i) =>
        {
            BufferView view = kernel.Operands[i];
            bool hasRows = port.Type.Rank > 0 && port.Type.Dims[0] == Dim.Symbol("R");
            int[] columns = hasRows && port.Type.IsReal ? [view.Rank == 0 ? 1 : view.Shape[^1]] : [];
            NdArray x = Read(hasRows ? view.Broadcast([.. kernel.RowShape, .. columns]) : view, at);
            return x.Reshape(hasRows ? [kernel.Rows, .. columns] : port.Type.Rank == 0 ? [] : [x.Length]);
        })];
        var sizes = new Dictionary<string, int> { ["R"] = kernel.Rows, ["N"] = kernel.Columns };
        NdArray[] results = InterpretedGraph.Walk(graph, operands, OfSizes(sizes));
        Func<int, bool> running = Running(kernel.Active?.Rows, kernel.Rows, at);
        for (int o = 0; o < results.Length; o++)
        {
            NdArray result = results[o];
            int width = result.Length / Math.Max(kernel.Rows, 1);
            double? ended = kernel.Active?.Zeros.Contains(o) == true ? 0 : null;
            Write(kernel.Operands[operands.Length + o], at, flat => running(flat / width) ? result.Data[flat] : ended);
        }
    }

    private void Scan(ScanCommand scan, Loops around)
    {
        double[]? lengths = scan.Lengths is null ? null : Read(scan.Lengths, around with { OuterT = around.T, OuterI = around.I }).Data;
        for (int i = 0; i < scan.Steps; i++)
        {
            int t = scan.Scan.Reverse ? scan.Steps - 1 - i : i;
            bool[]? runs = lengths is null ? null : [.. lengths.Select(length => t < length)];
            var at = new Loops(t, i, around.T, around.I, runs);
            foreach (ChunkedMatMul ahead in scan.Chunked.Where(ahead => i == 0 || ahead.Begins(t, scan.Scan.Reverse)))
                Chunk(ahead, t);
            foreach (PlanCommand command in scan.Body)
                Run(command, at);
            foreach (int row in Enumerable.Range(0, lengths?.Length ?? 0).Where(row => !runs![row]))
            {
                foreach (CopyCommand freeze in scan.Freeze)
                    Write(freeze.To.Slice(0, row, 1), at, Read(freeze.From.Slice(0, row, 1), at));
                foreach (BufferView view in scan.Yields)
                    Write(view.Slice(0, row, 1), at, _ => 0);
            }
        }
    }

    private void Gather(GatherCommand gather, Loops at)
    {
        double[] table = Read(gather.Table, at).Data, index = Read(gather.Index, at).Data;
        Func<int, bool> running = Running(gather.Active, index.Length, at);
        double? ended = gather.Active?.Kind == PaddingResult.Zero ? 0 : null;
        int width = gather.Width;
        Write(gather.Result, at, flat => running(flat / width) ? table[((int)index[flat / width] * width) + (flat % width)] : ended);
    }

    private void Scatter(ScatterCommand scatter, Loops at)
    {
        double[] from = Read(scatter.Input, at).Data, index = Read(scatter.Index, at).Data;
        Func<int, bool> running = Running(scatter.Active, index.Length, at);
        NdArray table = scatter.Adds ? Read(scatter.Table, at) : new NdArray(scatter.Table.Shape);
        for (int e = 0; e < from.Length; e++)
            table.Data[((int)index[e / scatter.Width] * scatter.Width) + (e % scatter.Width)] += running(e / scatter.Width) ? from[e] : 0;
        Write(scatter.Table, at, table);
    }

    private void Take(TakeCommand take, Loops at)
    {
        double[] x = Read(take.Input, at).Data, index = Read(take.Index, at).Data;
        double[]? lengths = take.Active is null ? null : Read(take.Active.Lengths, at).Data;
        int inner = take.Input.Shape.Skip(take.Axis + 1).Aggregate(1, (a, b) => a * b), extent = take.Input.Shape[take.Axis];
        Write(take.Result, at, flat =>
        {
            int item = flat / inner, step = item / index.Length, place = item % index.Length, source = (int)index[place];
            bool runs = lengths is null || lengths[take.Active!.OfSource ? source : place] > step;
            return runs ? x[(((step * extent) + source) * inner) + (flat % inner)] : take.Active!.Clears ? 0 : null;
        });
    }
}
