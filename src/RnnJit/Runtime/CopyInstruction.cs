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
