using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Planning;
using RnnJit.Plans;

namespace RnnJit.Interpretation;

/// <summary>
/// Runs a plan command by command in double precision, each as its definition says: no vectors, no packing into panels, no threads. It knows nothing of
/// any backend, so agreement with the <see cref="Interpreter"/>, which knows nothing of plans, proves that a plan is complete and right.
/// </summary>
public sealed class PlanInterpreter
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

    private void MatMul(MatMulCommand product, Loops loops)
    {
        MatMulForm form = product.Form;
        double[] a = Memory(form.A.Buffer), b = Memory((product.Packed ?? form.B).Buffer), c = Memory(form.C.Buffer);
        double[]? init = product.Init is null ? null : Memory(product.Init.View.Buffer);
        long pa = Start(form.A, loops), pb = Start(product.Packed ?? form.B, loops), pc = Start(form.C, loops), pi = product.Init is null ? 0 : Start(product.Init.View, loops);
        int[] extents = [.. form.Loops.Select(loop => loop.Extent)], sums = [.. form.SumLoops.Select(loop => loop.Extent)];
        var active = new ActiveProduct(product, product.Rows is null ? null : Read(product.Rows.Lengths, loops).Data);
        double[]? listed = product.Rows?.Listed is { } list ? Read(list, loops).Data : null;
        NdArray.ForEach(extents, (index, l) =>
        {
            long oa = pa + Offset(index, [.. form.Loops.Select(loop => loop.A)]), ob = pb + Offset(index, [.. form.Loops.Select(loop => loop.B)]);
            long oc = pc + Offset(index, [.. form.Loops.Select(loop => loop.C)]), oi = product.Init is null ? 0 : pi + Offset(index, product.Init.Loops);
            for (int m = 0; m < form.M.Extent; m++)
            {
                RowEnd? ended = active.Of(l, m, out int depth);
                for (int n = 0; n < form.N.Extent && ended is null or RowEnd.Zero or RowEnd.Start; n++)
                {
                    long target = oc + (m * form.M.C) + (n * Math.Max(form.N.C, 1));
                    double start = product.Accumulate ? c[target] : init is null ? 0 : init[oi + (m * product.Init!.Row) + n];
                    c[target] = ended == RowEnd.Zero ? 0 : ended == RowEnd.Start ? start : start + Sum(m, n, depth, oa, ob);
                }
            }
        });

        double Sum(int m, int n, int depth, long oa, long ob)
        {
            double sum = 0;
            int count = listed is null ? depth : (int)listed[0];
            NdArray.ForEach(sums, (index, _) =>
            {
                long sa = oa + (m * form.M.A) + (listed is null ? Offset(index, [.. form.SumLoops.Select(loop => loop.A)]) : 0), sb = ob + Offset(index, [.. form.SumLoops.Select(loop => loop.B)]);
                for (int k = 0; k < count; k++)
                {
                    long row = listed is not null ? (long)listed[k + 1] : product.Reverse ? depth - 1 - k : k;
                    double right = product.Packed is null ? b[sb + (row * form.K.B) + (n * form.N.B)] : b[sb + ((long)k * form.N.Extent) + n];
                    sum += a[sa + (row * form.K.A)] * right;
                }
            });
            return sum;
        }
    }

    private void Pack(PackCommand pack, Loops loops)
    {
        double[] to = Memory(pack.Target.Buffer);
        long target = Start(pack.Target, loops);
        foreach (PackPart part in pack.Parts)
        {
            double[] from = Memory(part.View.Buffer);
            long source = Start(part.View, loops);
            for (int k = 0; k < part.K; k++)
            {
                int row = pack.Reverse ? pack.K - 1 - part.KOffset - k : part.KOffset + k;
                for (int n = 0; n < part.N; n++)
                    to[target + ((long)row * pack.N) + part.NOffset + n] = from[source + (n * part.NStride) + (k * part.KStride)];
            }
        }
    }

    private void PackListed(PackListedCommand pack, Loops loops)
    {
        double[] rows = Read(pack.Rows.Listed!, loops).Data, from = Memory(pack.Source.Buffer), to = Memory(pack.Target.Buffer);
        for (int k = 0; k < (int)rows[0]; k++)
        {
            int row = (int)rows[k + 1];
            long source = Start(pack.Source, loops) + (row / pack.Rows.Batch * pack.TimeStride) + (row % pack.Rows.Batch * pack.RowStride);
            for (int n = 0; n < pack.N; n++)
                to[Start(pack.Target, loops) + ((long)k * pack.N) + n] = from[source + (n * pack.NStride)];
        }
    }

    private void ListRows(ListRowsCommand rows, Loops loops)
    {
        double[] lengths = Read(rows.Lengths, loops).Data;
        int[] running = [.. Enumerable.Range(0, rows.Steps).SelectMany(t => Enumerable.Range(0, ActiveProduct.Count(lengths, t)).Select(row => (t * rows.Batch) + row))];
        double[] listed = Read(rows.Listed, loops).Data;
        listed[0] = running.Length;
        for (int i = 0; i < running.Length; i++)
            listed[i + 1] = rows.Forwards ? running[i] : running[running.Length - 1 - i];
        Write(rows.Listed, loops, new NdArray(rows.Listed.Shape, listed));
    }

    private void ColumnSum(ColumnSumCommand sum, Loops loops)
    {
        double[] a = Memory(sum.A.Buffer), b = Memory((sum.B ?? sum.A).Buffer), to = Memory(sum.Result.Buffer);
        double[]? lengths = sum.Active is null ? null : Read(sum.Active.Lengths, loops).Data;
        long pa = Start(sum.A, loops), pb = sum.B is null ? 0 : Start(sum.B, loops), target = Start(sum.Result, loops);
        for (int column = 0; column < sum.Columns; column++)
        {
            double total = sum.Accumulate ? to[target + column] : 0;
            for (int row = 0; row < sum.Rows; row++)
            {
                // Columns of [B, N] or rows of [T, B].
                bool runs = lengths is null || (sum.Active!.Axes == ActiveAxes.SumOfSteps
                    ? column < ActiveProduct.Count(lengths, row) * (sum.Columns / sum.Active.Batch)
                    : row % sum.Active.Batch < ActiveProduct.Count(lengths, row / sum.Active.Batch));
                total += runs ? a[pa + (row * sum.ARow) + column] * (sum.B is null ? 1 : b[pb + (row * sum.BRow) + column]) : 0;
            }

            to[target + column] = total;
        }
    }

    private void Gather(GatherCommand gather, Loops loops)
    {
        double[] table = Memory(gather.Table.Buffer), to = Memory(gather.Result.Buffer), index = Read(gather.Index, loops).Data;
        double[]? lengths = gather.Active is null ? null : Read(gather.Active.Lengths, loops).Data;
        int items = gather.Active is { } rows ? index.Length / Math.Max(rows.Steps * rows.Batch, 1) : 1, perRow = index.Length / Math.Max(gather.Index.Rank == 0 ? 1 : gather.Index.Shape[0], 1);
        for (int item = 0; item < index.Length; item++)
        {
            bool runs = (lengths is null || lengths[item / items % gather.Active!.Batch] > item / items / gather.Active.Batch) && (!gather.RowsAreBatch || loops.RunsRow(item / perRow));
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

/// <summary>Rows of a matrix product with lengths that are computed.</summary>
internal sealed class ActiveProduct(MatMulCommand product, double[]? lengths)
{
    private readonly MatMulForm form = product.Form;
    private readonly ActiveRows? rows = product.Rows;
    private readonly int loops = product.Form.Loops.Aggregate(1, (count, loop) => count * loop.Extent);

    /// <summary>Rows up to the last one that runs at a step.</summary>
    public static int Count(double[] lengths, int t) => Array.FindLastIndex(lengths, length => length > t) + 1;

    /// <summary>Null where row m of turn l of the loops is computed, else its value: 0, the initial one, or none.</summary>
    /// <param name="depth">Terms of its sum.</param>
    public RowEnd? Of(int l, int m, out int depth)
    {
        depth = form.K.Extent;
        if (lengths is null || rows!.Kind == RowEnd.AddsNothing && rows.Axes == ActiveAxes.Rows)
            return null;
        if (rows.Axes == ActiveAxes.Rows)
        {
            int t = form.Loops.Length == 0 ? m / rows.Batch : l, row = form.Loops.Length == 0 ? m % rows.Batch : m;
            return row < Count(lengths, t) ? null : rows.Kind == RowEnd.Start && product.Init is null ? RowEnd.Unread : rows.Kind;
        }

        int inner = loops / (rows.Axes == ActiveAxes.Loops ? rows.Steps * rows.Batch : rows.Batch), steps = (int)lengths[l / inner % rows.Batch];
        depth = rows.Axes == ActiveAxes.SumOfSteps ? steps : depth;
        bool runs = rows.Axes switch { ActiveAxes.Loops => l / inner / rows.Batch < steps, ActiveAxes.Steps => m < steps, _ => true };
        return runs ? null : rows.Kind == RowEnd.Zero ? RowEnd.Zero : RowEnd.Unread;
    }
}
