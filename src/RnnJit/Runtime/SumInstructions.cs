using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Plans;

namespace RnnJit.Runtime;

/// <summary>Fills a place with 0, before a loop adds to it.</summary>
internal sealed unsafe class ClearInstruction(ClearCommand clear) : Instruction(clear)
{
    private readonly BufferView view = clear.To;
    private Address address;

    public override void Resolve(PlanMemory memory) => address = new Address(view, memory);

    public override void Execute(in WorkShare share, in LoopIndices clock)
    {
        if (share.Part == 0)
            StridedMemory.Clear(address.At(clock), view.Strides, view.Shape, view.ElementSize, 0);
    }
}

/// <summary>Computes the part of each row's length that lies in each block of time.</summary>
internal sealed unsafe class BlockLengthsInstruction(BlockLengthsCommand cut) : Instruction(cut)
{
    private readonly BufferView lengths = cut.Lengths;
    private readonly BufferView result = cut.Result;
    private Address from;
    private Address to;

    public override void Resolve(PlanMemory memory) => (from, to) = (new Address(lengths, memory), new Address(result, memory));

    public override void Execute(in WorkShare share, in LoopIndices clock)
    {
        var (start, end) = share.Of(result.Length);
        int* length = (int*)from.At(clock), block = (int*)to.At(clock);
        for (int i = start; i < end; i++)
            block[i] = BlockLengthsOp.Within(length[i % lengths.Length] - cut.First, i / lengths.Length, cut.Steps);
    }
}

/// <summary>sum += x, element by element: a sum over time that is not fused into a product or a reduction.</summary>
internal sealed unsafe class AccumulateInstruction(AccumulateCommand accumulate) : Instruction(accumulate)
{
    private readonly BufferView x = accumulate.Input;
    private readonly BufferView sum = accumulate.Sum;
    private readonly ElementType real = accumulate.Sum.Buffer.Element;
    private Address from;
    private Address to;

    public override void Resolve(PlanMemory memory) => (from, to) = (new Address(x, memory), new Address(sum, memory));

    public override void Execute(in WorkShare share, in LoopIndices clock)
    {
        var (start, end) = share.Of(sum.Length);
        byte* source = from.At(clock), target = to.At(clock);
        for (int element = start; element < end; element++)
        {
            byte* s = source + (Offset(x, element) * x.ElementSize), t = target + (Offset(sum, element) * sum.ElementSize);
            if (real == ElementType.F64)
                *(double*)t += *(double*)s;
            else
                *(float*)t += *(float*)s;
        }
    }

    private static long Offset(BufferView view, int element)
    {
        long offset = 0;
        for (int axis = view.Rank - 1; axis >= 0; axis--)
        {
            offset += element % view.Shape[axis] * view.Strides[axis];
            element /= view.Shape[axis];
        }

        return offset;
    }
}
