using RnnJit.Kernels;

namespace RnnJit.Runtime;

/// <summary>
/// An instruction of a stream's step, run by one thread and bound to everything except the base address of the stream's memory. Pointers
/// are bound once per stream, in a table inside its memory.
/// </summary>
internal abstract unsafe class StreamCall
{
    /// <summary>Size in bytes of the call's table of bound addresses.</summary>
    public virtual int TableBytes => 0;

    /// <summary>Byte offset of the call's address table from the start of the stream's memory.</summary>
    public long Table { get; set; }

    /// <summary>Writes the operands' absolute addresses into the table of one stream's memory.</summary>
    public virtual void BindAddresses(byte* memory)
    {
    }

    public abstract void Run(byte* memory);

    public static StreamCall Of(Instruction instruction) => instruction switch
    {
        KernelInstruction { IsOneCall: true } kernel => new KernelStreamCall(kernel),
        MatMulInstruction<float> { IsPackedRow: true } row => new RowStreamCall<float>(row),
        MatMulInstruction<double> { IsPackedRow: true } row => new RowStreamCall<double>(row),
        _ => new GeneralStreamCall(instruction),
    };
}

/// <summary>Any instruction, through its addresses.</summary>
internal sealed unsafe class GeneralStreamCall(Instruction instruction) : StreamCall
{
    public override void Run(byte* memory) => instruction.Execute(new WorkShare(0, 1, -1, -1), new LoopIndices { Base = (nint)memory });
}

/// <summary>A kernel whose rows are one run of rows; the table holds its operands.</summary>
internal sealed unsafe class KernelStreamCall(KernelInstruction kernel) : StreamCall
{
    private readonly KernelBody body = kernel.Body;
    private readonly int operands = kernel.Operands;
    private readonly int rows = kernel.Rows;
    private readonly int columns = kernel.Columns;

    public override int TableBytes => operands * sizeof(KernelOperand);

    public override void BindAddresses(byte* memory) =>
        kernel.BindAddresses(new Span<KernelOperand>(memory + Table, operands), new LoopIndices { Base = (nint)memory });

    public override void Run(byte* memory) =>
        body(new KernelCall(new ReadOnlySpan<KernelOperand>(memory + Table, operands), rows, columns, 0, columns));
}
