using RnnJit.Cpu;
using RnnJit.Ir;
using RnnJit.Plans;

namespace RnnJit.Runtime;

/// <summary>Copies between views of one shape.</summary>
internal sealed unsafe class CopyInstruction(CopyCommand copy) : Instruction(copy)
{
    private readonly BufferView input = copy.From;
    private readonly BufferView output = copy.To;
    private readonly int rows = copy.To.Rank == 0 ? 1 : copy.To.Shape[0];
    private readonly BufferView rowFrom = Row(copy.From);
    private readonly BufferView rowTo = Row(copy.To);
    private Address source;
    private Address target;

    private static BufferView Row(BufferView view) =>
        view.Rank == 0 ? view : view with { Shape = view.Shape[1..], Strides = view.Strides[1..] };

    public override void Resolve(PlanMemory memory)
    {
        source = new Address(input, memory);
        target = new Address(output, memory);
    }

    public override void Execute(in WorkShare share, in LoopIndices clock)
    {
        var (start, end) = share.RowEnd >= 0 ? (share.RowStart, share.RowEnd) : (0, rows);
        if (share.Parts > 1)
            (start, end) = (start + share.Of(end - start).Start, start + share.Of(end - start).End);
        byte* s = source.At(clock), d = target.At(clock);
        for (int row = start; row < end; row++)
        {
            byte* x = s + (input.Rank == 0 ? 0 : row * input.Strides[0] * input.ElementSize),
                y = d + (output.Rank == 0 ? 0 : row * output.Strides[0] * output.ElementSize);
            StridedMemory.Copy(x, rowFrom.Strides, y, rowTo.Strides, rowTo.Shape, output.ElementSize, 0);
        }
    }
}

/// <summary>Loops over strided memory.</summary>
internal static unsafe class StridedMemory
{
    public static void Copy(byte* from, long[] fromStrides, byte* to, long[] toStrides, int[] shape, int size, int axis)
    {
        if (axis == shape.Length)
        {
            Buffer.MemoryCopy(from, to, size, size);
            return;
        }

        if (axis == shape.Length - 1 && fromStrides[axis] == 1 && toStrides[axis] == 1)
        {
            Buffer.MemoryCopy(from, to, (long)shape[axis] * size, (long)shape[axis] * size);
            return;
        }

        for (int i = 0; i < shape[axis]; i++)
            Copy(from + (i * fromStrides[axis] * size), fromStrides, to + (i * toStrides[axis] * size), toStrides, shape, size, axis + 1);
    }

    public static void Clear(byte* to, long[] strides, int[] shape, int size, int axis)
    {
        if (axis == shape.Length)
        {
            new Span<byte>(to, size).Clear();
            return;
        }

        if (axis == shape.Length - 1 && strides[axis] == 1)
        {
            new Span<byte>(to, checked(shape[axis] * size)).Clear();
            return;
        }

        for (int i = 0; i < shape[axis]; i++)
            Clear(to + (i * strides[axis] * size), strides, shape, size, axis + 1);
    }

    public static double Read(byte* p, ElementType element) => element switch
    {
        ElementType.F32 => *(float*)p,
        ElementType.F64 => *(double*)p,
        _ => *(int*)p,
    };

    public static void Write(byte* p, ElementType element, double value)
    {
        if (element == ElementType.F32)
            *(float*)p = (float)value;
        else if (element == ElementType.F64)
            *(double*)p = value;
        else
            *(int*)p = (int)value;
    }
}

/// <summary>Σ over rows, or Σ over rows of a · b, for each column.</summary>
internal sealed unsafe class ColumnInstruction<T>(ColumnSumCommand sum) : Instruction(sum)
    where T : unmanaged
{
    private const int Unit = 16;

    private readonly ActiveRows? active = sum.Active;
    private readonly int rows = sum.Rows;
    private readonly int columns = sum.Columns;
    private readonly long aRow = sum.ARow;
    private readonly long bRow = sum.BRow;
    private readonly bool forwards = sum.Forwards;
    private readonly bool accumulate = sum.Accumulate;
    private readonly bool isDot = sum.B is not null;
    private Address x;
    private Address y;
    private Address z;
    private Address lengths;

    public override void Resolve(PlanMemory memory)
    {
        x = new Address(sum.A, memory);
        y = new Address(sum.B ?? sum.A, memory);
        z = new Address(sum.Result, memory);
        if (active is not null)
            lengths = new Address(active.Lengths, memory);
    }

    public override void Execute(in WorkShare share, in LoopIndices clock)
    {
        var (start, end) = share.Of(columns, Unit);
        if (start >= end)
            return;
        T* px = (T*)x.At(clock), py = (T*)y.At(clock), pz = (T*)z.At(clock);
        if (active is null)
        {
            Add(px, py, rows, start, end, pz, accumulate);
            return;
        }

        if (!accumulate)
            new Span<T>(pz + start, end - start).Clear();
        int* length = (int*)lengths.At(clock);
        for (int i = 0; i < active.Steps; i++)
        {
            int t = forwards ? i : active.Steps - 1 - i;
            long row = (long)t * active.Batch;
            int count = ActiveRowCount.At(length, t, active.Batch);
            if (active.Axes == ActiveAxes.SumOfSteps)
                Add(px + (t * aRow), py + (t * bRow), 1, start, Math.Min(end, count * (columns / active.Batch)), pz, adds: true);
            else if (count > 0)
                Add(px + (row * aRow), py + (row * bRow), count, start, end, pz, adds: true);
        }
    }

    private void Add(T* px, T* py, int count, int start, int end, T* pz, bool adds)
    {
        // The kernels begin at the last of so many rows: forwards that is the first.
        nint xRow = (nint)aRow, yRow = (nint)bRow;
        if (forwards)
        {
            px += (count - 1) * xRow;
            py += (count - 1) * yRow;
            (xRow, yRow) = (-xRow, -yRow);
        }

        if (!isDot)
            ColumnReduction.Sum(px, xRow, count, start, end, pz, adds);
        else
            ColumnReduction.Dot(px, xRow, py, yRow, count, start, end, pz, adds);
    }
}

/// <summary>Rows of a table by index.</summary>
internal sealed unsafe class GatherInstruction(GatherCommand gather) : Instruction(gather)
{
    private readonly BufferView table = gather.Table;
    private readonly BufferView index = gather.Index;
    private readonly string name = gather.Name;
    private readonly ActiveRows? active = gather.Active;
    private readonly int width = gather.Width;
    private readonly int items = gather.Active is not { } rows ? 1 : gather.Index.Length / Math.Max(rows.Steps * rows.Batch, 1);
    private Address rowsOfTable;
    private Address indices;
    private Address target;
    private Address lengths;

    public override void Resolve(PlanMemory memory)
    {
        rowsOfTable = new Address(table, memory);
        indices = new Address(index, memory);
        target = new Address(gather.Result, memory);
        if (active is not null)
            lengths = new Address(active.Lengths, memory);
    }

    public override void Execute(in WorkShare share, in LoopIndices clock)
    {
        var (start, end) = IndexCheck.Items(share, index);
        if (share.Parts > 1)
            (start, end) = (start + share.Of(end - start).Start, start + share.Of(end - start).End);
        long bytes = (long)width * table.ElementSize;
        byte* from = rowsOfTable.At(clock), to = target.At(clock);
        int* which = (int*)indices.At(clock);
        int* length = active is null ? null : (int*)lengths.At(clock);
        for (int r = start; r < end; r++)
        {
            if (length == null || length[r / items % active!.Batch] > r / items / active.Batch)
                Buffer.MemoryCopy(from + (IndexCheck.Row(name, which[r], table.Shape[0]) * bytes), to + (r * bytes), bytes, bytes);
            else if (active.Kind == Planning.PaddingResult.Zero)
                new Span<byte>(to + (r * bytes), (int)bytes).Clear();
        }
    }
}

internal static class IndexCheck
{
    private const string Cure = "check the vocabulary";

    /// <summary>The range of indices for a share's rows of the batch.</summary>
    public static (int Start, int End) Items(in WorkShare share, BufferView index)
    {
        int perRow = share.RowEnd < 0 ? 0 : index.Length / Math.Max(index.Shape[0], 1);
        return share.RowEnd < 0 ? (0, index.Length) : (share.RowStart * perRow, share.RowEnd * perRow);
    }

    public static long Row(string name, int row, int rows, string cure = Cure) => (uint)row < (uint)rows
        ? row
        : throw new ArgumentOutOfRangeException(null, Sentence(name, row, rows, cure));

    public static string Sentence(string name, int row, int rows, string cure = Cure) =>
        $"'{name}' holds index {row}, wanted 0 to {rows - 1} ({cure})";
}

/// <summary>Adds rows into a table by index, in ascending order of the rows and each worker for its own columns, so that the result
/// does not depend on threads.</summary>
internal sealed unsafe class ScatterInstruction<T>(ScatterCommand scatter) : Instruction(scatter)
    where T : unmanaged, System.Numerics.INumber<T>
{
    private const int Unit = 16;

    private readonly BufferView index = scatter.Index;
    private readonly int size = scatter.Table.Shape[0];
    private readonly string name = scatter.Name;
    private readonly bool adds = scatter.Adds;
    private readonly ActiveRows? active = scatter.Active;
    private readonly int width = scatter.Width;
    private Address indices;
    private Address rows;
    private Address target;
    private Address lengths;

    public override void Resolve(PlanMemory memory)
    {
        indices = new Address(index, memory);
        rows = new Address(scatter.Input, memory);
        target = new Address(scatter.Table, memory);
        if (active is not null)
            lengths = new Address(active.Lengths, memory);
    }

    public override void Execute(in WorkShare share, in LoopIndices clock)
    {
        var (start, end) = share.Of(width, Unit);
        int* which = (int*)indices.At(clock);
        T* from = (T*)rows.At(clock), to = (T*)target.At(clock);
        for (int r = 0; r < size && !adds; r++)
            new Span<T>(to + ((long)r * width) + start, end - start).Clear();
        var (first, last) = IndexCheck.Items(share, index);
        int* length = active is null ? null : (int*)lengths.At(clock);
        for (int r = first; r < last; r++)
        {
            if (length != null && length[r % active!.Batch] <= r / active.Batch)
                continue;
            T* row = to + (IndexCheck.Row(name, which[r], size) * width), add = from + ((long)r * width);
            for (int c = start; c < end; c++)
                row[c] += add[c];
        }
    }
}
