using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Planning;
using RnnJit.Plans;

namespace RnnJit.Interpretation;

/// <summary>
/// Runs a plan command by command in double precision, each as its definition says: no vectors, no packing into panels, no threads. It knows nothing of
/// any backend, so agreement with the <see cref="Interpreter"/>, which knows nothing of plans, proves that a plan is complete and right.
/// </summary>
public sealed partial class PlanInterpreter
{
    private readonly Plan plan;
    private readonly Evaluation evaluation;
    private readonly Dictionary<PlanBuffer, double[]> memory = [];

    private PlanInterpreter(Plan plan)
    {
        this.plan = plan;
        evaluation = new Evaluation(plan.Options.Sizes, (body, values, context) => InterpretedGraph.Walk(body, values, context));
    }

    /// <summary>Outputs by name for inputs by name.</summary>
    public static Dictionary<string, NdArray> Run(Plan plan, IReadOnlyDictionary<string, NdArray> inputs)
    {
        var interpreter = new PlanInterpreter(plan);
        foreach (BufferView view in plan.Inputs)
            interpreter.memory[view.Buffer] = [.. inputs[view.Buffer.Name].Data];
        foreach (FillCommand fill in plan.Fills)
            interpreter.Write(fill.To, default, _ => fill.Value);
        interpreter.RunAll(plan.Commands, default);
        return plan.Program.Outputs.Zip(plan.Outputs).ToDictionary(pair => pair.First.Name, pair => interpreter.Read(pair.Second, default));
    }

    /// <summary>Place of the loops: time step and number of steps done, of the innermost and of the one around it; rows that still run, null for all.</summary>
    private readonly record struct Loops(int T, int I, int OuterT, int OuterI, bool[]? Runs)
    {
        public bool RunsRow(int row) => Runs is null || Runs[row];
    }

    // A packed matrix holds element (k, n) at k · N + n, whatever the panels of the target are.
    private double[] Memory(PlanBuffer buffer)
    {
        if (!memory.TryGetValue(buffer, out double[]? data))
            memory[buffer] = data = new double[buffer.Elements * 2];
        return data;
    }

    private static long Start(BufferView view, Loops loops) => view.Offset + ((view.Ring > 0 ? loops.T % view.Ring : loops.T) * view.TimeStride)
        + (((loops.I + view.Parity) & 1) * view.ParityStride) + (loops.OuterT * view.OuterTimeStride) + (((loops.OuterI + view.OuterParity) & 1) * view.OuterParityStride);

    private static long Offset(int[] index, long[] strides)
    {
        long offset = 0;
        for (int axis = 0; axis < index.Length; axis++)
            offset += index[axis] * strides[axis];
        return offset;
    }

    private NdArray Read(BufferView view, Loops loops)
    {
        var array = new NdArray(view.Shape);
        double[] data = Memory(view.Buffer);
        NdArray.ForEach(view.Shape, (index, flat) => array.Data[flat] = data[Start(view, loops) + Offset(index, view.Strides)]);
        return array;
    }

    private void Write(BufferView view, Loops loops, Func<int, double> value)
    {
        double[] data = Memory(view.Buffer);
        NdArray.ForEach(view.Shape, (index, flat) => data[Start(view, loops) + Offset(index, view.Strides)] = value(flat));
    }

    private void Write(BufferView view, Loops loops, NdArray value) => Write(view, loops, flat => value.Data[flat]);

    private void RunAll(IEnumerable<PlanCommand> commands, Loops loops)
    {
        foreach (PlanCommand command in commands)
            Run(command, loops);
    }

    private void Run(PlanCommand command, Loops loops)
    {
        switch (command)
        {
            case KernelCommand kernel: Kernel(kernel, loops); break;
            case MatMulCommand product: MatMul(product, loops); break;
            case ScanCommand scan: Scan(scan, loops); break;
            case PackCommand pack: Pack(pack, loops); break;
            case PackListedCommand pack: PackListed(pack, loops); break;
            case ColumnSumCommand sum: ColumnSum(sum, loops); break;
            case ScatterCommand scatter: Scatter(scatter, loops); break;
            case GatherCommand gather: Gather(gather, loops); break;
            case TakeCommand take: Take(take, loops); break;
            case ReduceCommand reduce: Write(reduce.Result, loops, reduce.Op.Evaluate([Read(reduce.Input, loops)], evaluation)[0]); break;
            case CopyCommand copy: Write(copy.To, loops, Read(copy.From, loops)); break;
            case ClearCommand clear: Write(clear.To, loops, _ => 0); break;
            case AccumulateCommand add:
                NdArray addend = Read(add.Input, loops), before = Read(add.Sum, loops);
                Write(add.Sum, loops, flat => before.Data[flat] + addend.Data[flat]);
                break;
            case ListRowsCommand rows: ListRows(rows, loops); break;
            case SortRowsCommand sort:
                double[] lengths = Read(sort.Lengths, loops).Data;
                int[] sorted = [.. Enumerable.Range(0, lengths.Length).OrderByDescending(row => lengths[row])];
                Write(sort.Result, loops, row => sorted[row]);
                break;
            case InversePermutationCommand inverse:
                double[] order = Read(inverse.Order, loops).Data;
                Write(inverse.Result, loops, row => Array.IndexOf(order, row));
                break;
            case BlockLengthsCommand cut:
                double[] whole = Read(cut.Lengths, loops).Data;
                Write(cut.Result, loops, i => BlockLengthsOp.Within((int)whole[i % whole.Length] - cut.First, i / whole.Length, cut.Steps));
                break;
            case RandomMaskCommand mask: Write(mask.Mask, loops, mask.Op.Evaluate([Read(mask.Words, loops)], evaluation)[0]); break;
            case SquareSumCommand squares: SquareSum(squares, loops); break;
            case GradientNormCommand norm: Norm(norm, loops); break;
            case ForEachCommand each: ForEach(each, loops); break;
            case HostOpCommand host:
                foreach (var (view, value) in host.Results.Zip(host.Op.Evaluate([.. host.Operands.Select(operand => Read(operand, loops))], evaluation)))
                    Write(view, loops, value);
                break;
            case CheckIndicesCommand or CheckBoundsCommand: break;
            default: throw new NotSupportedException($"The plan interpreter does not know '{command.Text}'");
        }
    }

    private void Kernel(KernelCommand kernel, Loops loops)
    {
        Graph graph = kernel.Step.Kernel;
        int rows = kernel.Rows, columns = kernel.Columns, inputs = graph.Inputs.Count;
        var sizes = new Dictionary<string, int> { ["R"] = rows, ["N"] = columns };
        var within = new Evaluation(sizes, (body, values, context) => InterpretedGraph.Walk(body, values, context));
        NdArray[] results = InterpretedGraph.Walk(graph, [.. graph.Inputs.Select((port, i) => Operand(kernel, i, port.Type, sizes, loops))], within);
        double[]? lengths = kernel.Active is null ? null : Read(kernel.Active.Rows.Lengths, loops).Data;
        for (int o = 0; o < results.Length; o++)
        {
            BufferView view = kernel.Operands[inputs + o];
            double[] data = Memory(view.Buffer);
            int width = results[o].Length / Math.Max(rows, 1);
            for (int row = 0; row < rows; row++)
            {
                bool runs = lengths is null || Runs(kernel, lengths, row);
                if (!runs && !kernel.Active!.Zeros.Contains(o))
                    continue;
                long at = Start(view, loops) + RowOffset(kernel.RowShape, row, view, isInteger: false);
                for (int column = 0; column < width; column++)
                    data[at + column] = runs ? results[o].Data[(row * width) + column] : 0;
            }
        }
    }

    private static bool Runs(KernelCommand kernel, double[] lengths, int row)
    {
        int inner = kernel.RowShape.Skip(2).Aggregate(1, (a, b) => a * b), first = row / inner / kernel.RowShape[1], second = row / inner % kernel.RowShape[1];
        return kernel.Active!.Rows.BatchFirst ? lengths[first] > second : lengths[second] > first;
    }

    private NdArray Operand(KernelCommand kernel, int i, TensorType type, Dictionary<string, int> sizes, Loops loops)
    {
        int[] shape = [.. type.Dims.Select(dim => dim.Evaluate(sizes))];
        var array = new NdArray(shape);
        BufferView view = kernel.Operands[i];
        double[] data = Memory(view.Buffer);
        bool hasRows = type.Rank > 0 && type.Dims[0] == Dim.Symbol("R"), isInteger = type.Element == ElementType.I32;
        int count = hasRows ? kernel.Rows : 1, width = array.Length / Math.Max(count, 1);
        for (int row = 0; row < count; row++)
        {
            long at = Start(view, loops) + (hasRows ? RowOffset(kernel.RowShape, row, view, isInteger) : 0);
            for (int column = 0; column < width; column++)
                array.Data[(row * width) + column] = data[at + column];
        }

        return array;
    }

    // Row dimensions are aligned from the right; a view with fewer of them repeats over the first ones.
    private static long RowOffset(int[] rowShape, int row, BufferView view, bool isInteger)
    {
        long offset = 0;
        int own = view.Rank - (isInteger || view.Rank == 0 ? 0 : 1);
        for (int axis = rowShape.Length - 1, of = own - 1; of >= 0; axis--, of--)
        {
            offset += view.Shape[of] == 1 ? 0 : row % rowShape[axis] * view.Strides[of];
            row /= rowShape[axis];
        }

        return offset;
    }

    private void Scan(ScanCommand scan, Loops around)
    {
        double[]? lengths = scan.Lengths is null ? null : Read(scan.Lengths, around with { OuterT = around.T, OuterI = around.I }).Data;
        for (int i = 0; i < scan.Steps; i++)
        {
            int t = scan.Scan.Reverse ? scan.Steps - 1 - i : i;
            bool[]? runs = lengths is null ? null : [.. lengths.Select(length => t < length)];
            var loops = new Loops(t, i, around.T, around.I, runs);
            foreach (ChunkedMatMul ahead in scan.Ahead.Where(ahead => i == 0 || t % ahead.Chunk == (scan.Scan.Reverse ? ahead.Chunk - 1 : 0)))
                Chunk(ahead, t);
            RunAll(scan.Body, loops);
            for (int row = 0; runs is not null && row < runs.Length; row++)
            {
                if (runs[row])
                    continue;
                foreach (CopyCommand hold in scan.Hold)
                    Write(Row(hold.To, row), loops, Read(Row(hold.From, row), loops));
                foreach (BufferView view in scan.Yields)
                    Write(Row(view, row), loops, _ => 0);
            }
        }
    }

    private static BufferView Row(BufferView view, int row) => view.Slice(0, row, 1);

    // The steps of the chunk that holds step t; a ring has room for one chunk.
    private void Chunk(ChunkedMatMul ahead, int t)
    {
        int start = t - (t % ahead.Chunk), count = Math.Min(ahead.Chunk, ahead.Steps - start);
        MatMulForm form = ahead.Product.Form;
        MatMulForm part = form with { A = form.A with { Offset = form.A.Offset + ((long)start * ahead.Batch * form.M.A) }, M = form.M with { Extent = count * ahead.Batch } };
        AccumulatorInit? init = ahead.Product.Init is { } given ? given with { View = given.View with { Offset = given.View.Offset + ((long)start * ahead.Batch * given.Row) } } : null;
        MatMul(ahead.Product with { Form = part, Init = init }, default);
    }

    private void Gather(GatherCommand gather, Loops loops)
    {
        double[] table = Memory(gather.Table.Buffer), to = Memory(gather.Result.Buffer), index = Read(gather.Index, loops).Data;
        double[]? lengths = gather.Active is null ? null : Read(gather.Active.Lengths, loops).Data;
        int items = gather.Active is { } rows ? index.Length / Math.Max(rows.Steps * rows.Batch, 1) : 1, perRow = index.Length / Math.Max(gather.Index.Rank == 0 ? 1 : gather.Index.Shape[0], 1);
        for (int item = 0; item < index.Length; item++)
        {
            bool runs = (lengths is null || lengths[item / items % gather.Active!.Batch] > item / items / gather.Active.Batch) && loops.RunsRow(item / perRow);
            for (int column = 0; column < gather.Width && (runs || gather.Active?.Kind == RowEnd.Zero); column++)
                to[Start(gather.Result, loops) + (item * gather.Width) + column] = runs ? table[Start(gather.Table, loops) + ((int)index[item] * gather.Width) + column] : 0;
        }
    }

    private void Scatter(ScatterCommand scatter, Loops loops)
    {
        double[] table = Memory(scatter.Table.Buffer), from = Memory(scatter.Input.Buffer), index = Read(scatter.Index, loops).Data;
        double[]? lengths = scatter.Active is null ? null : Read(scatter.Active.Lengths, loops).Data;
        if (!scatter.Adds)
            Write(scatter.Table, loops, _ => 0);
        int perRow = index.Length / Math.Max(scatter.Index.Rank == 0 ? 1 : scatter.Index.Shape[0], 1);
        for (int item = 0; item < index.Length; item++)
        {
            bool runs = (lengths is null || lengths[item % scatter.Active!.Batch] > item / scatter.Active.Batch) && loops.RunsRow(item / perRow);
            for (int column = 0; column < scatter.Width && runs; column++)
                table[Start(scatter.Table, loops) + ((int)index[item] * scatter.Width) + column] += from[Start(scatter.Input, loops) + (item * scatter.Width) + column];
        }
    }

    private void Take(TakeCommand take, Loops loops)
    {
        NdArray x = Read(take.Input, loops), to = Read(take.Result, loops);
        double[] index = Read(take.Index, loops).Data;
        double[]? lengths = take.Active is null ? null : Read(take.Active.Lengths, loops).Data;
        int inner = take.Input.Shape.Skip(take.Axis + 1).Aggregate(1, (a, b) => a * b), extent = take.Input.Shape[take.Axis], outer = x.Length / Math.Max(extent * inner, 1);
        for (int item = 0; item < outer * index.Length; item++)
        {
            int step = item / index.Length, place = item % index.Length;
            bool runs = lengths is null || lengths[take.Active!.OfSource ? (int)index[place] : place] > step;
            for (int i = 0; i < inner && (runs || take.Active!.Clears); i++)
                to.Data[(item * inner) + i] = runs ? x.Data[(((step * extent) + (int)index[place]) * inner) + i] : 0;
        }

        Write(take.Result, loops, to);
    }
}
