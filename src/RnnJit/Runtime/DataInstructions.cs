using RnnJit.Cpu;
using RnnJit.Interpretation;
using RnnJit.Ir;

namespace RnnJit.Runtime;

/// <summary>Copies between views of one shape; <paramref name="isByRow"/> tells whether the first axis is the batch.</summary>
internal sealed unsafe class CopyInstruction(View input, View output, bool isByRow = true) : Instruction
{
    private readonly int rows = output.Rank == 0 ? 1 : output.Shape[0];
    private readonly View rowFrom = input.Rank == 0 ? input : input with { Shape = input.Shape[1..], Strides = input.Strides[1..] };
    private readonly View rowTo = output.Rank == 0 ? output : output with { Shape = output.Shape[1..], Strides = output.Strides[1..] };
    private Address source;
    private Address target;

    public View From => input;

    public View To => output;

    public override IEnumerable<View> Views => [input, output];

    public override bool IsByRow => isByRow && output.Rank > 0;

    public override string Describe => $"copy [{string.Join(", ", output.Shape)}]";

    public override void Resolve()
    {
        source = new Address(input);
        target = new Address(output);
    }

    public override void Execute(in Share share, in Clock clock)
    {
        var (start, end) = share.RowEnd >= 0 ? (share.RowStart, share.RowEnd) : (0, rows);
        if (share.Parts > 1)
            (start, end) = (start + share.Of(end - start).Start, start + share.Of(end - start).End);
        byte* s = source.At(clock), d = target.At(clock);
        for (int row = start; row < end; row++)
        {
            byte* x = s + (input.Rank == 0 ? 0 : row * input.Strides[0] * input.ElementSize), y = d + (output.Rank == 0 ? 0 : row * output.Strides[0] * output.ElementSize);
            Strided.Copy(x, rowFrom.Strides, y, rowTo.Strides, rowTo.Shape, output.ElementSize, 0);
        }
    }
}

/// <summary>Loops over strided memory.</summary>
internal static unsafe class Strided
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

/// <summary>Σ over rows, or Σ over rows of a · b, for each column; rows from last to first or, forwards, from first to last.</summary>
/// <param name="live">Rows that add something; null: all.</param>
internal sealed unsafe class ColumnInstruction<T>(View a, View? b, View result, int rows, long aRow, long bRow, int columns, bool accumulate, bool forwards, LiveRows? live = null) : Instruction
    where T : unmanaged
{
    private const int Unit = 16;

    private Address x;
    private Address y;
    private Address z;
    private Address lengths;

    public override IEnumerable<View> Views => [a, .. b is null ? [] : (View[])[b], result, .. live?.Views ?? []];

    public override string Describe => $"sum over {rows} rows of {columns} columns{(b is null ? "" : ", of a product")}{live?.Describe}";

    public override void Resolve()
    {
        x = new Address(a);
        y = new Address(b ?? a);
        z = new Address(result);
        if (live is not null)
            lengths = new Address(live.Lengths);
    }

    public override void Execute(in Share share, in Clock clock)
    {
        var (start, end) = share.Of(columns, Unit);
        if (start >= end)
            return;
        T* px = (T*)x.At(clock), py = (T*)y.At(clock), pz = (T*)z.At(clock);
        if (live is null)
        {
            Add(px, py, rows, start, end, pz, accumulate);
            return;
        }

        if (!accumulate)
            new Span<T>(pz + start, end - start).Clear();
        int* length = (int*)lengths.At(clock);
        for (int i = 0; i < live.Steps; i++)
        {
            int t = forwards ? i : live.Steps - 1 - i;
            long row = (long)t * live.Batch;
            int count = LiveRows.Count(length, t, live.Batch);
            if (live.Axes == LiveAxes.SumOfSteps)
                Add(px + (t * aRow), py + (t * bRow), 1, start, Math.Min(end, count * (columns / live.Batch)), pz, adds: true);
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

        if (b is null)
            ColumnReduction.Sum(px, xRow, count, start, end, pz, adds);
        else
            ColumnReduction.Dot(px, xRow, py, yRow, count, start, end, pz, adds);
    }
}

/// <summary>Rows of a table by index.</summary>
/// <param name="live">Rows of the indices that are wanted; null: all.</param>
internal sealed unsafe class GatherInstruction(View table, View index, View result, string name, bool isByRow, LiveRows? live) : Instruction
{
    private readonly int width = table.Shape.Skip(1).Aggregate(1, (a, b) => a * b);
    private readonly int items = live is null ? 1 : index.Length / Math.Max(live.Steps * live.Batch, 1);
    private Address rows;
    private Address indices;
    private Address target;
    private Address lengths;

    public override IEnumerable<View> Views => [table, index, result, .. live?.Views ?? []];

    public override bool IsByRow => isByRow;

    public override string Describe => $"gather {index.Length} rows of {width}{live?.Describe}";

    public override void Resolve()
    {
        rows = new Address(table);
        indices = new Address(index);
        target = new Address(result);
        if (live is not null)
            lengths = new Address(live.Lengths);
    }

    public override void Execute(in Share share, in Clock clock)
    {
        var (start, end) = IndexCheck.Items(share, index);
        if (share.Parts > 1)
            (start, end) = (start + share.Of(end - start).Start, start + share.Of(end - start).End);
        long bytes = (long)width * table.ElementSize;
        byte* from = rows.At(clock), to = target.At(clock);
        int* which = (int*)indices.At(clock);
        int* length = live is null ? null : (int*)lengths.At(clock);
        for (int r = start; r < end; r++)
        {
            if (length == null || length[r / items % live!.Batch] > r / items / live.Batch)
                Buffer.MemoryCopy(from + (IndexCheck.Row(name, which[r], table.Shape[0]) * bytes), to + (r * bytes), bytes, bytes);
            else if (live.Kind == Planning.RowEnd.Zero)
                new Span<byte>(to + (r * bytes), (int)bytes).Clear();
        }
    }
}

internal static class IndexCheck
{
    /// <summary>The indices of the rows of the batch that are asked for.</summary>
    public static (int Start, int End) Items(in Share share, View index)
    {
        int perRow = share.RowEnd < 0 ? 0 : index.Length / Math.Max(index.Shape[0], 1);
        return share.RowEnd < 0 ? (0, index.Length) : (share.RowStart * perRow, share.RowEnd * perRow);
    }

    public static long Row(string name, int row, int rows, string cure = "check the vocabulary") => (uint)row < (uint)rows
        ? row
        : throw new ArgumentOutOfRangeException(null, $"'{name}' holds index {row}, wanted 0 to {rows - 1} ({cure})");
}

/// <summary>Adds rows into a table by index, in ascending order of the rows and each worker for its own columns, so that the result does not depend on threads.</summary>
/// <param name="adds">To what the table holds; else the table is cleared first.</param>
/// <param name="live">Rows that are not 0; null: all may be something else.</param>
internal sealed unsafe class ScatterInstruction<T>(View index, View x, View result, string name, bool adds = false, LiveRows? live = null) : Instruction
    where T : unmanaged, System.Numerics.INumber<T>
{
    private const int Unit = 16;

    private readonly int width = result.Shape.Skip(1).Aggregate(1, (a, b) => a * b);
    private Address indices;
    private Address rows;
    private Address target;
    private Address lengths;

    public override IEnumerable<View> Views => [index, x, result, .. live?.Views ?? []];

    // Rows of the batch meet in the table.
    public override bool TakesRows => adds && index.Rank > 0;

    public override string Describe => $"{(adds ? "add" : "scatter")} {index.Length} rows of {width} into {result.Shape[0]}{live?.Describe}";

    public override void Resolve()
    {
        indices = new Address(index);
        rows = new Address(x);
        target = new Address(result);
        if (live is not null)
            lengths = new Address(live.Lengths);
    }

    public override void Execute(in Share share, in Clock clock)
    {
        var (start, end) = share.Of(width, Unit);
        int* which = (int*)indices.At(clock);
        T* from = (T*)rows.At(clock), to = (T*)target.At(clock);
        for (int r = 0; r < result.Shape[0] && !adds; r++)
            new Span<T>(to + ((long)r * width) + start, end - start).Clear();
        var (first, last) = IndexCheck.Items(share, index);
        int* length = live is null ? null : (int*)lengths.At(clock);
        for (int r = first; r < last; r++)
        {
            if (length != null && length[r % live!.Batch] <= r / live.Batch)
                continue;
            T* row = to + (IndexCheck.Row(name, which[r], result.Shape[0]) * width), add = from + ((long)r * width);
            for (int c = start; c < end; c++)
                row[c] += add[c];
        }
    }
}

/// <summary>Any op, through the oracle: slow, always right. One worker does it.</summary>
internal sealed unsafe class InterpretedInstruction(Op op, View[] operands, View[] results, ElementType[] operandTypes, ElementType[] resultTypes, Evaluation evaluation, string reason) : Instruction
{
    private Address[] from = [];
    private Address[] to = [];

    public override IEnumerable<View> Views => operands.Concat(results);

    public Op Op => op;

    public override string Describe => $"{op.Name}, interpreted, {SlowPaths.Factor(op)} than compiled: {reason}";

    public override void Resolve()
    {
        from = operands.Select(view => new Address(view)).ToArray();
        to = results.Select(view => new Address(view)).ToArray();
    }

    public override void Execute(in Share share, in Clock clock)
    {
        if (share.Part > 0)
            return;

        var values = new NdArray[operands.Length];
        for (int o = 0; o < values.Length; o++)
        {
            var array = new NdArray(operands[o].Shape);
            byte* data = from[o].At(clock);
            View view = operands[o];
            ElementType element = operandTypes[o];
            NdArray.ForEach(view.Shape, (index, flat) => array.Data[flat] = Strided.Read(data + (Offset(view, index) * view.ElementSize), element));
            values[o] = array;
        }

        NdArray[] outputs = op.Evaluate(values, evaluation);
        for (int o = 0; o < outputs.Length; o++)
        {
            byte* data = to[o].At(clock);
            View view = results[o];
            ElementType element = resultTypes[o];
            NdArray output = outputs[o];
            NdArray.ForEach(view.Shape, (index, flat) => Strided.Write(data + (Offset(view, index) * view.ElementSize), element, output.Data[flat]));
        }
    }

    private static long Offset(View view, int[] index)
    {
        long offset = 0;
        for (int axis = 0; axis < index.Length; axis++)
            offset += index[axis] * view.Strides[axis];
        return offset;
    }
}
