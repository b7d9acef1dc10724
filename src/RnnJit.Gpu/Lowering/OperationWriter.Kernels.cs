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
        int inputs = graph.Inputs.Count;
        TensorType[] types = [.. graph.Inputs.Select(port => port.Type),
            .. graph.Outputs.Select(output => graph.Values.Type(output.Value))];
        int[] rowShape = kernel.RowShape;
        long[][] strides = [.. kernel.Operands.Select((view, i) => Leading(types[i], view, rowShape))];
        if (kernel.Active is null)
            (rowShape, strides) = Joined(rowShape, strides);
        bool byColumns = kernel.Op.IsElementwise && graph.Outputs.All(output => KernelShapes.Of(graph.Values.Type(output.Value)) == KernelShape.Full);
        int columns = kernel.Columns, span = byColumns ? device.Span(kernel.Rows, columns) : columns,
            parts = Math.Max((columns + span - 1) / Math.Max(span, 1), 1);
        long units = (long)kernel.Rows * parts;
        KernelMemory memory = KernelEmitter.MemoryOf(graph, IlgpuDialect.Instance);
        long perThread = (memory.Rows * (long)columns) + (memory.Sums * lanes);

        var entry = table.Begin(HeadWord.Words);
        entry.Set(HeadWord.Columns, columns);
        entry.Set(HeadWord.Units, units);
        entry.Set(HeadWord.UnitsPerRow, parts);
        entry.Set(HeadWord.Span, span);
        entry.Set(HeadWord.Lanes, lanes);
        entry.Set(HeadWord.Memory, layout.Bytes / (real == ElementType.F64 ? sizeof(double) : sizeof(float)));
        entry.Set(HeadWord.MemoryStride, perThread);
        entry.Set(HeadWord.Kept, memory.Rows);
        entry.Set(HeadWord.Axes, rowShape.Length);
        entry.Set(HeadWord.Operands, types.Length);
        Rows(entry, kernel);
        entry.Append(rowShape);
        for (int i = 0; i < types.Length; i++)
        {
            entry.AppendAddress(kernel.Operands[i]);
            entry.Append(strides[i]);
            bool clears = i >= inputs && kernel.Active?.Zeros.Contains(i - inputs) == true;
            entry.Append(!clears ? 0L : KernelShapes.Of(types[i]) == KernelShape.Row ? 1 : columns);
        }

        LaunchOperation launch = Launch(kernels[graph], entry.Place, units);
        ThreadBytes = Math.Max(ThreadBytes, perThread * launch.Config.GridDim.X * launch.Config.GroupDim.X * (real == ElementType.F64
            ? sizeof(double) : sizeof(float)));
        return launch;
    }

    private static void Rows(TableWriter.TableEntry entry, KernelCommand kernel)
    {
        if (kernel.Active is not { } active)
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
}
