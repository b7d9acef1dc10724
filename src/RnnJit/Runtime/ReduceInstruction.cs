using RnnJit.Cpu;
using RnnJit.Ops;
using RnnJit.Plans;

namespace RnnJit.Runtime;

/// <summary>
/// A reduction over any axes of any view, in double: sums over contiguous elements in the order of <see cref="FlatReduction"/>, others from
/// the last element to the first. Workers share the results, never one sum.
/// </summary>
internal sealed unsafe class ReduceInstruction<T> : Instruction
    where T : unmanaged
{
    private readonly ReductionOp op;
    private readonly BufferView x;
    private readonly BufferView result;
    private readonly int[] kept;
    private readonly int[] reduced;
    private readonly int count;
    private readonly int length;
    private readonly bool isRun;
    private Address from;
    private Address to;

    public ReduceInstruction(ReduceCommand command)
        : base(command)
    {
        (op, x, result, kept) = (command.Op, command.Input, command.Result, command.Kept);
        reduced = op.Axes.Order().ToArray();
        count = kept.Aggregate(1, (product, axis) => product * x.Shape[axis]);
        length = reduced.Aggregate(1, (product, axis) => product * x.Shape[axis]);
        isRun = op is SumOp && command.IsRun;
    }

    public override void Resolve(PlanMemory memory)
    {
        from = new Address(x, memory);
        to = new Address(result, memory);
    }

    public override void Execute(in WorkShare share, in LoopIndices clock)
    {
        int start = 0, end = count;
        if (share.RowEnd >= 0)
        {
            int width = count / x.Shape[0];
            (start, end) = (share.RowStart * width, share.RowEnd * width);
        }

        if (share.Parts > 1)
        {
            var (first, last) = share.Of(end - start);
            (start, end) = (start + first, start + last);
        }

        T* source = (T*)from.At(clock), target = (T*)to.At(clock);
        for (int item = start; item < end; item++)
            Store(target + Offset(kept, item, result.Strides), Reduce(source + Offset(kept, item, x.Strides)));
    }

    private double Reduce(T* data)
    {
        if (isRun)
            return FlatReduction.Sum(data, length);

        int axis = reduced[^1], inner = x.Shape[axis];
        long stride = x.Strides[axis];
        double total = op.Start;
        for (int outer = (length / inner) - 1; outer >= 0; outer--)
        {
            T* row = data + Offset(reduced, outer * inner, x.Strides);
            for (int e = inner - 1; e >= 0; e--)
                total = op.Combine(total, typeof(T) == typeof(float) ? *(float*)(row + (e * stride)) : *(double*)(row + (e * stride)));
        }

        return total;
    }

    // Offset of the element with this flattened index over the given axes.
    private long Offset(int[] axes, int number, long[] strides)
    {
        long offset = 0;
        for (int a = axes.Length - 1; a >= 0; a--)
        {
            int extent = x.Shape[axes[a]];
            offset += number % extent * strides[axes[a]];
            number /= extent;
        }

        return offset;
    }

    private static void Store(T* target, double value)
    {
        if (typeof(T) == typeof(float))
            *(float*)target = (float)value;
        else
            *(double*)target = value;
    }
}
