using RnnJit.Ir;
using RnnJit.Kernels;
using RnnJit.Planning;
using RnnJit.Plans;

namespace RnnJit.Runtime;

/// <summary>Calls a fused kernel. Leading dimensions that cannot be joined to rows for every operand are looped over.</summary>
internal sealed unsafe partial class KernelInstruction : Instruction
{
    private const int ColumnUnit = 16;

    private readonly KernelCommand kernel;
    private readonly ScheduledKernel op;
    private readonly KernelBody body;
    private readonly string provider;
    private readonly BufferView[] views;
    private readonly long[] rowStrides;
    private readonly long[][] outerStrides;
    private readonly int[] outer;
    private readonly int rows;
    private readonly int rowsOfBatch;
    private readonly int columns;
    private readonly bool byColumns;
    private Address[] addresses = [];

    public KernelInstruction(KernelCommand kernel, KernelBody body, string provider)
        : base(kernel)
    {
        (this.kernel, this.body, this.provider, op, views, columns,
            kernelRows) = (kernel, body, provider, kernel.Op, kernel.Operands, kernel.Columns, kernel.Active);
        int[] rowShape = kernel.RowShape;
        KernelRows? active = kernel.Active;
        byColumns = op.IsElementwise;
        bool[] hasRows =
            op.Kernel.Inputs.Select(port => port.Type).Concat(op.Kernel.Outputs.Select(output => op.Kernel.Values.Type(output.Value)))
            .Select(type => type.Rank > 0 && type.Dims[0] == Dim.Symbol("R")).ToArray();
        long[][] leading = views.Select((view, i) => hasRows[i] ? Leading(op, i, view, rowShape) : new long[rowShape.Length]).ToArray();
        int joined = Joinable(leading, rowShape, active is null ? 0 : 1);
        outer = rowShape.Take(rowShape.Length - joined).ToArray();
        rows = rowShape.Skip(rowShape.Length - joined).Aggregate(1, (a, b) => a * b);
        rowsOfBatch = rowShape.Length > 0 ? rows / Math.Max(rowShape[active is null ? 0 : 1], 1) : 1;
        outerStrides = leading.Select(strides => strides.Take(outer.Length).ToArray()).ToArray();
        rowStrides = leading.Select(strides => joined == 0 ? 0 : InnerStride(strides, rowShape, joined)).ToArray();
    }

    public ScheduledKernel Op => op;

    public override string Provider => provider;

    public int Rows => rows * outer.Aggregate(1, (a, b) => a * b);

    public int Columns => columns;

    public KernelBody Body => body;

    public int Operands => views.Length;

    /// <summary>True where the rows of every operand have one constant stride, so that a single call does all rows.</summary>
    public bool IsOneCall => outer.Length == 0 && rows > 0 && columns > 0;

    public override string Describe => kernel.DescribeWith(provider);

    // Strides along the row dimensions; an operand with fewer of them repeats over the first ones.
    private static long[] Leading(ScheduledKernel op, int i, BufferView view, int[] rowShape)
    {
        TensorType type =
            i < op.Inputs.Count ? op.Kernel.Inputs[i].Type : op.Kernel.Values.Type(op.Kernel.Outputs[i - op.Inputs.Count].Value);
        int own = view.Rank - (type.Element == ElementType.I32 || view.Rank == 0 ? 0 : 1);
        var strides = new long[rowShape.Length];
        for (int axis = 0; axis < own; axis++)
            strides[rowShape.Length - own + axis] = view.Shape[axis] == 1 ? 0 : view.Strides[axis];
        return strides;
    }

    // How many of the last row dimensions are one run of rows for all operands; the first ones may have to stay apart.
    private static int Joinable(long[][] leading, int[] shape, int apart)
    {
        int joined = Math.Min(1, shape.Length);
        while (joined < shape.Length - apart && leading.All(strides =>
            BufferView.Join(shape[shape.Length - joined - 1], strides[shape.Length - joined - 1], Extent(shape, joined),
                InnerStride(strides, shape, joined)) is { } stride
            && (Extent(shape, joined) == 1 || stride == InnerStride(strides, shape, joined))))
            joined++;
        return joined;
    }

    private static int Extent(int[] shape, int joined) => shape.Skip(shape.Length - joined).Aggregate(1, (a, b) => a * b);

    // The stride of the innermost row dimension that is longer than 1.
    private static long InnerStride(long[] strides, int[] shape, int joined)
    {
        for (int axis = shape.Length - 1; axis >= shape.Length - joined; axis--)
        {
            if (shape[axis] != 1)
                return strides[axis];
        }

        return strides[shape.Length - 1];
    }

    public override void Resolve(PlanMemory memory)
    {
        addresses = views.Select(view => new Address(view, memory)).ToArray();
        if (kernelRows is not null)
            lengths = new Address(kernelRows.Rows.Lengths, memory);
    }

    /// <summary>The operands of that one call.</summary>
    public void BindAddresses(Span<KernelOperand> operands, in LoopIndices clock)
    {
        for (int a = 0; a < addresses.Length; a++)
            operands[a] = new KernelOperand(addresses[a].At(clock), (nint)rowStrides[a]);
    }

    public override void Execute(in WorkShare share, in LoopIndices clock)
    {
        if (kernelRows is not null)
        {
            ExecuteActiveRows(share, clock);
            return;
        }

        int rowStart = 0, rowEnd = rows, start = 0, end = columns;
        int outerCount = 1, outerStart = 0;
        foreach (int extent in outer)
            outerCount *= extent;
        int outerEnd = outerCount;
        if (share.RowEnd >= 0 && outer.Length > 0)
            (outerStart, outerEnd) = (share.RowStart * (outerCount / outer[0]), share.RowEnd * (outerCount / outer[0]));
        else if (share.RowEnd >= 0)
            (rowStart, rowEnd) = (share.RowStart * rowsOfBatch, share.RowEnd * rowsOfBatch);
        if (share.Parts > 1)
        {
            if (outerEnd - outerStart >= share.Parts)
            {
                var (from, to) = share.Of(outerEnd - outerStart);
                (outerStart, outerEnd) = (outerStart + from, outerStart + to);
            }
            else if (byColumns && rowEnd - rowStart < 4 * share.Parts && columns >= ColumnUnit * share.Parts)
            {
                (start, end) = share.Of(columns, ColumnUnit);
            }
            else
            {
                var (from, to) = share.Of(rowEnd - rowStart);
                (rowStart, rowEnd) = (rowStart + from, rowStart + to);
            }
        }

        if (rowStart < rowEnd && start < end)
            Call(outerStart, outerEnd, rowStart, rowEnd, start, end, clock);
    }

    private void Call(int outerStart, int outerEnd, int rowStart, int rowEnd, int start, int end, in LoopIndices clock)
    {
        KernelOperand* operands = stackalloc KernelOperand[addresses.Length];
        for (int o = outerStart; o < outerEnd; o++)
        {
            for (int a = 0; a < addresses.Length; a++)
            {
                long offset = rowStart * rowStrides[a];
                int rest = o;
                for (int axis = outer.Length - 1; axis >= 0; axis--)
                {
                    offset += rest % outer[axis] * outerStrides[a][axis];
                    rest /= outer[axis];
                }

                operands[a] = new KernelOperand(addresses[a].At(clock) + (offset * views[a].ElementSize), (nint)rowStrides[a]);
            }

            body(new KernelCall(new ReadOnlySpan<KernelOperand>(operands, addresses.Length), rowEnd - rowStart, columns, start, end));
        }
    }
}
