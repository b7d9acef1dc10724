using RnnJit.Emit;
using RnnJit.Gpu.Kernels;
using RnnJit.Gpu.Running;
using RnnJit.Ir;
using RnnJit.Plans;

namespace RnnJit.Gpu.Lowering;

// Fused kernels.
internal sealed partial class OperationWriter
{
    private LaunchOperation OfKernel(KernelCommand kernel)
    {
        Graph graph = kernel.Op.Kernel;
        TensorType[] types = TypesOf(graph);
        int[] rowShape = kernel.RowShape;
        long[][] strides = [.. kernel.Operands.Select((view, i) => Leading(types[i], view, rowShape))];
        if (kernel.Active is null)
            (rowShape, strides) = Joined(rowShape, strides);
        bool byColumns = kernel.Op.IsElementwise
            && graph.Outputs.All(output => KernelShapes.Of(graph.Values.Type(output.Value)) == KernelShape.Full);
        var rows = new KernelRows(kernel.Rows, kernel.Columns, rowShape, strides, byColumns);
        var head = Head(graph, kernel.Operands, rows, kernel, first: 0);
        LaunchOperation launch = Launch(kernels[graph], head.Place, head.Units);
        ThreadBytes = Math.Max(ThreadBytes, head.BytesPerThread * launch.Config.GridDim.X * launch.Config.GroupDim.X);
        return launch;
    }

    // One launch for all items. Each begins with a block of its own, and a table says whose a block is.
    private LaunchOperation OfForEach(ForEachCommand each)
    {
        int block = device.GroupSize;
        var blocks = new List<long>();
        foreach (BufferView[] views in each.Items)
        {
            BufferView written = views[^1];
            int columns = written.Rank == 0 ? 1 : written.Shape[^1], count = columns == 0 ? 0 : written.Length / columns;
            long[][] strides = [.. views.Select(view => new[] { view.Rank == 2 ? view.Strides[0] : 0L })];
            var rows = new KernelRows(count, columns, [count], strides, ByColumns: true);
            var head = Head(each.Op.Kernel, views, rows, null, blocks.Count * (long)block);
            blocks.AddRange(Enumerable.Repeat((long)head.Place, (int)((head.Units + block - 1) / block)));
        }

        var entry = table.Begin(ItemsWord.Words);
        entry.Set(ItemsWord.Units, blocks.Count * (long)block);
        entry.Set(ItemsWord.Block, block);
        entry.Append(blocks);
        return Launch(itemKernels[each.Op.Kernel], entry.Place, blocks.Count * (long)block);
    }

    // Writes the head of a kernel and its operands.
    private (int Place, long Units, long BytesPerThread) Head(Graph graph, IReadOnlyList<BufferView> views, KernelRows rows,
        KernelCommand? kernel, long first)
    {
        int inputs = graph.Inputs.Count, columns = rows.Columns, span = rows.ByColumns ? device.Span(rows.Rows, columns) : columns,
            parts = Math.Max((columns + span - 1) / Math.Max(span, 1), 1);
        TensorType[] types = TypesOf(graph);
        long units = (long)rows.Rows * parts;
        KernelMemory memory = KernelEmitter.MemoryOf(graph, IlgpuDialect.Instance);
        long perThread = (memory.Rows * (long)columns) + (memory.Sums * lanes);
        int size = real == ElementType.F64 ? sizeof(double) : sizeof(float);

        var entry = table.Begin(HeadWord.Words);
        entry.Set(HeadWord.Columns, columns);
        entry.Set(HeadWord.Units, units);
        entry.Set(HeadWord.UnitsPerRow, parts);
        entry.Set(HeadWord.Span, span);
        entry.Set(HeadWord.Lanes, lanes);
        entry.Set(HeadWord.Memory, layout.Bytes / size);
        entry.Set(HeadWord.MemoryStride, perThread);
        entry.Set(HeadWord.Kept, memory.Rows);
        entry.Set(HeadWord.First, first);
        entry.Set(HeadWord.Axes, rows.Shape.Length);
        entry.Set(HeadWord.Operands, types.Length);
        Rows(entry, kernel);
        entry.Append(rows.Shape);
        for (int i = 0; i < types.Length; i++)
        {
            entry.AppendAddress(views[i]);
            entry.Append(rows.Strides[i]);
            bool clears = i >= inputs && kernel?.Active?.Zeros.Contains(i - inputs) == true;
            entry.Append(!clears ? 0L : KernelShapes.Of(types[i]) == KernelShape.Row ? 1 : columns);
        }

        return (entry.Place, units, perThread * size);
    }

    private static TensorType[] TypesOf(Graph graph) =>
        [.. graph.Inputs.Select(port => port.Type), .. graph.Outputs.Select(output => graph.Values.Type(output.Value))];

    private static void Rows(TableWriter.TableEntry entry, KernelCommand? kernel)
    {
        if (kernel?.Active is not { } active)
            return;

        long inner = kernel.RowShape.Skip(2).Aggregate(1L, (product, extent) => product * extent);
        entry.Set(HeadWord.HasLengths, 1);
        entry.Set(HeadWord.BatchFirst, active.Rows.BatchFirst ? 1 : 0);
        entry.Set(HeadWord.RowsPerStep, inner * kernel.RowShape[1]);
        entry.Set(HeadWord.RowsPerItem, inner);
        entry.Set(HeadWord.Items, kernel.RowShape[1]);
        entry.Address(HeadWord.Lengths, active.Rows.Lengths);
    }

    // Strides along the axes of rows; an operand with fewer of them repeats over the first ones.
    private static long[] Leading(TensorType type, BufferView view, int[] rowShape)
    {
        var strides = new long[rowShape.Length];
        if (type.Rank == 0 || type.Dims[0] != Dim.Symbol("R"))
            return strides;

        int own = view.Rank - (type.Element == ElementType.I32 || view.Rank == 0 ? 0 : 1);
        for (int axis = 0; axis < own; axis++)
            strides[rowShape.Length - own + axis] = view.Shape[axis] == 1 ? 0 : view.Strides[axis];
        return strides;
    }

    // Axes that are one run for all operands become one.
    private static (int[] Shape, long[][] Strides) Joined(int[] shape, long[][] strides)
    {
        var extents = new List<int>(shape);
        var rows = strides.Select(operand => operand.ToList()).ToArray();
        for (int axis = extents.Count - 2; axis >= 0; axis--)
        {
            if (!rows.All(operand => BufferView.Join(extents[axis], operand[axis], extents[axis + 1], operand[axis + 1]) is not null))
                continue;
            foreach (List<long> operand in rows)
            {
                operand[axis] = BufferView.Join(extents[axis], operand[axis], extents[axis + 1], operand[axis + 1])!.Value;
                operand.RemoveAt(axis + 1);
            }

            extents[axis] *= extents[axis + 1];
            extents.RemoveAt(axis + 1);
        }

        return ([.. extents], [.. rows.Select(operand => operand.ToArray())]);
    }

    /// <summary>The rows of a kernel and how its operands lie along their axes.</summary>
    /// <param name="ByColumns">True where threads may share a row.</param>
    private sealed record KernelRows(int Rows, int Columns, int[] Shape, long[][] Strides, bool ByColumns);
}
