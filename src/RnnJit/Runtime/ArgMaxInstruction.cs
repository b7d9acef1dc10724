using RnnJit.Ops;
using RnnJit.Plans;

namespace RnnJit.Runtime;

/// <summary>Places of maxima along the last axis; workers share the rows.</summary>
internal sealed unsafe class ArgMaxInstruction<T> : Instruction
    where T : unmanaged
{
    private readonly BufferView x;
    private readonly BufferView result;
    private Address from;
    private Address to;

    public ArgMaxInstruction(ArgMaxCommand command)
        : base(command) => (x, result) = (command.Input, command.Result);

    public override void Resolve(PlanMemory memory) => (from, to) = (new Address(x, memory), new Address(result, memory));

    public override void Execute(in WorkShare share, in LoopIndices clock)
    {
        int start = 0, end = result.Length;
        if (share.RowEnd >= 0)
        {
            int width = end / x.Shape[0];
            (start, end) = (share.RowStart * width, share.RowEnd * width);
        }

        if (share.Parts > 1)
        {
            var (first, last) = share.Of(end - start);
            (start, end) = (start + first, start + last);
        }

        T* source = (T*)from.At(clock);
        int* target = (int*)to.At(clock);
        for (int item = start; item < end; item++)
            target[Offset(item, result.Strides)] = Place(source + Offset(item, x.Strides));
    }

    private int Place(T* row)
    {
        int place = 0, count = x.Shape[^1];
        long stride = x.Strides[^1];
        double most = Number(row);
        for (int i = 1; i < count; i++)
        {
            double next = Number(row + (i * stride));
            if (ArgMaxOp.IsMore(next, most))
                (place, most) = (i, next);
        }

        return place;
    }

    private static double Number(T* element) => typeof(T) == typeof(float) ? *(float*)element : *(double*)element;

    private long Offset(int item, long[] strides)
    {
        long offset = 0;
        for (int axis = x.Rank - 2; axis >= 0; axis--)
        {
            offset += item % x.Shape[axis] * strides[axis];
            item /= x.Shape[axis];
        }

        return offset;
    }
}
