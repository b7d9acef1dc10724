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
    private readonly Dictionary<PlanBuffer, double[]> memory;

    // Packed 16-bit weights are stored two to a buffer element.
    private PlanInterpreter(Plan plan) => (evaluation, memory) = (
        new(plan.Options.Sizes, (body, values, context) => InterpretedGraph.Walk(body, values, context)),
        plan.Buffers.ToDictionary(buffer => buffer, buffer => new double[buffer.Elements * 2]));

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

    // Time step and number of steps done of each loop, the innermost first; rows that still run, null for all.
    private readonly record struct Loops((int T, int I)[]? All, bool[]? Runs)
    {
        public (int T, int I) this[int loop] => All is not null && loop < All.Length ? All[loop] : default;

        public Loops Inside(int t, int i, bool[]? runs) => new([(t, i), .. All ?? []], runs);
    }

    // Offset in the buffer of each element of a view at the current step, in row-major order.
    private (double[] Data, long[] Places) Elements(BufferView view, Loops at)
    {
        double[] data = memory[view.Buffer];
        var ((t, i), (outerT, outerI)) = (at[0], at[1]);
        long start =
            view.Offset + (outerT * view.OuterTimeStride) + (((outerI + view.OuterDoubleBufferHalf) & 1) * view.OuterDoubleBufferStride)
            + ((view.Ring > 0 ? t % view.Ring : t) * view.TimeStride) + (((i + view.DoubleBufferHalf) & 1) * view.DoubleBufferStride)
            + view.Further.Select((loop, n) => loop.At(at[n + 2].T, at[n + 2].I)).Sum();
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

    private double[] Along(BufferView view, Loops at, params (int Extent, long Stride)[] axes) => Read(view.Over(axes), at).Data;

    private void Run(PlanCommand command, Loops at)
    {
        switch (command)
        {
            case KernelCommand kernel: Kernel(kernel, at); break;
            case MatMulCommand product: MatMul(product, at); break;
            case ScanCommand scan: Scan(scan, at); break;
            case PackCommand pack: Pack(pack, at); break;
            case PackListedCommand { Rows: var all } pack:
                // Rows that are not listed are packed as well; the product reads none of them.
                double[] source = Along(pack.Source, at, (all.Steps, pack.TimeStride), (all.Batch, pack.RowStride), (pack.N, pack.NStride));
                Write(pack.Target.Over([(all.Steps * all.Batch, pack.N), (pack.N, 1)]), at, flat => source[flat]);
                break;
            case ListRowsCommand rows: ListRows(rows, at); break;
            case ColumnSumCommand columns: ColumnSum(columns, at); break;
            case ScatterCommand scatter: Scatter(scatter, at); break;
            case GatherCommand gather:
                Func<int, bool> isActive = Active(gather.Active, gather.Index.Length, at);
                Take(gather.Table, 0, gather.Index, gather.Result, at, (_, place, _) => isActive(place),
                    gather.Active?.Kind == PaddingResult.Zero);
                break;
            case TakeCommand take:
                Func<int, int, bool> runs = Runs(take.Active?.Lengths, at);
                Take(take.Input, take.Axis, take.Index, take.Result, at,
                    (t, place, row) => runs(t, take.Active?.OfSource == true ? row : place), take.Active?.Clears == true);
                break;
            case CopyCommand copy: Write(copy.To, at, Read(copy.From, at)); break;
            case FillCommand fill: Write(fill.To, at, _ => fill.Value); break;
            case ClearCommand clear: Write(clear.To, at, _ => 0); break;
            case AccumulateCommand add: Apply(AddOp.Instance, [add.Sum], at, add.Sum, add.Input); break;
            case SortRowsCommand sort: Apply(ArgsortOp.Instance, [sort.Result], at, sort.Lengths); break;
            case SquareSumCommand squares:
                // Blocks are for the order of additions: here all of them stand in the first one.
                Write(squares.Sums, at, block => block == 0 ? squares.Inputs.Sum(input => Read(input, at).Data.Sum(x => x * x)) : 0);
                break;
            case GradientNormCommand norm:
                var result = norm.Op.Of(Read(norm.Loss, at).Data[0], Read(norm.Sums, at).Data.Sum());
                foreach (var (view, number) in ((BufferView, double)[])[(norm.Norm, result.Norm), (norm.Factor, result.Factor),
                    (norm.Finite, result.Finite)])
                    Write(view, at, _ => number);
                break;
            case ForEachCommand each:
                foreach (BufferView[] item in each.Items)
                    Kernel(new KernelCommand(each.Op, item, item[^1].Shape[..^1], item[^1].Shape[^1], Active: null), at);
                break;
            case { Definition: { } op }: Apply(op, command.Writes, at, command.Reads); break;
            case CheckIndicesCommand or CheckBoundsCommand: break;
            default: throw new NotSupportedException($"The plan interpreter does not know '{command.Text}'");
        }
    }

    private void Apply(Op op, IEnumerable<BufferView> results, Loops at, params IEnumerable<BufferView> operands)
    {
        foreach (var (view, value) in results.Zip(op.Evaluate([.. operands.Select(operand => Read(operand, at))], evaluation)))
            Write(view, at, value);
    }

    // For a step and a row of the batch: true where the row runs; without lengths all do.
    private Func<int, int, bool> Runs(BufferView? lengths, Loops at)
    {
        double[]? steps = lengths is null ? null : Read(lengths, at).Data;
        return (t, row) => steps is null || t < steps[row];
    }

    // For items in the order of [T, B, …] or, in a step, of [B, …]: true for those of rows that run.
    private Func<int, bool> Active(ActiveRows? rows, int items, Loops at)
    {
        if (rows is null)
            return item => at.Runs is not { } active || active[item / (items / active.Length)];
        Func<int, int, bool> runs = Runs(rows.Lengths, at);
        int steps = rows.Steps, batch = rows.Batch, of = items / (steps * batch);
        return item => rows.BatchFirst ? runs(item / of % steps, item / of / steps) : runs(item / of / batch, item / of % batch);
    }

    // The rows of an operand are all dimensions except the last, flattened; an operand with fewer rows is broadcast over the leading
    // dimensions.
    private void Kernel(KernelCommand kernel, Loops at)
    {
        Graph graph = kernel.Op.Kernel;
        Evaluation ofKernel = evaluation.With("R", kernel.Rows).With("N", kernel.Columns);
        NdArray[] operands = [.. graph.Inputs.Zip(kernel.Operands, (port, view) =>
        {
            int[] shape = ofKernel.Shape(port.Type);
            bool hasRows = shape.Length > 0 && port.Type.Dims[0] == Dim.Symbol("R");
            return Read(hasRows ? view.Broadcast([.. kernel.RowShape, .. shape[1..]]) : view, at).Reshape(shape);
        })];
        NdArray[] results = ofKernel.Run(graph, operands);
        Func<int, bool> isActive = Active(kernel.Active?.Rows, kernel.Rows, at);
        for (int o = 0; o < results.Length; o++)
        {
            double[] result = results[o].Data;
            double? padding = kernel.Active?.Zeros.Contains(o) == true ? 0 : null;
            Write(kernel.Operands[operands.Length + o], at,
                flat => isActive(flat / (result.Length / kernel.Rows)) ? result[flat] : padding);
        }
    }

    private void Scan(ScanCommand scan, Loops around)
    {
        double[]? lengths = scan.Lengths is null ? null : Read(scan.Lengths, around.Inside(0, 0, null)).Data;
        for (int i = 0; i < scan.Steps; i++)
        {
            int t = scan.Scan.Reverse ? scan.Steps - 1 - i : i;
            bool[]? runs = lengths is null ? null : [.. lengths.Select(length => t < length)];
            Loops at = around.Inside(t, i, runs);
            scan.Chunked.ToList().ForEach(product => Chunked(product, t));
            scan.Body.ToList().ForEach(command => Run(command, at));
            foreach (int row in Enumerable.Range(0, lengths?.Length ?? 0).Where(row => !runs![row]))
            {
                foreach (CopyCommand freeze in scan.Freeze)
                    Write(freeze.To.Slice(0, row, 1), at, Read(freeze.From.Slice(0, row, 1), at));
                foreach (BufferView view in scan.Yields)
                    Write(view.Slice(0, row, 1), at, _ => 0);
            }
        }
    }

    private void Scatter(ScatterCommand scatter, Loops at)
    {
        double[] from = Read(scatter.Input, at).Data, index = Read(scatter.Index, at).Data;
        Func<int, bool> isActive = Active(scatter.Active, index.Length, at);
        NdArray table = scatter.Adds ? Read(scatter.Table, at) : new NdArray(scatter.Table.Shape);
        for (int e = 0; e < from.Length; e++)
            table.Data[((int)index[e / scatter.Width] * scatter.Width) + (e % scatter.Width)] += isActive(e / scatter.Width) ? from[e] : 0;
        Write(scatter.Table, at, table);
    }

    // result[t, i, …] = x[t, index[i], …], where t runs over the axes before the taken one, flattened; axis 0 has a single t.
    private void Take(
        BufferView x, int axis, BufferView index, BufferView result, Loops at, Func<int, int, int, bool> isActive, bool clears)
    {
        double[] from = Read(x, at).Data, rows = Read(index, at).Data;
        int width = x.Shape.Skip(axis + 1).Aggregate(1, (a, b) => a * b);
        Write(result, at, flat =>
        {
            int t = flat / width / rows.Length, place = flat / width % rows.Length, row = (int)rows[place];
            return isActive(t, place, row) ? from[(((t * x.Shape[axis]) + row) * width) + (flat % width)] : clears ? 0 : null;
        });
    }
}
