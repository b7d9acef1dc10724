using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Runtime;

/// <summary>Fills a place with 0, before a loop adds to it.</summary>
internal sealed unsafe class ClearInstruction(View view) : Instruction
{
    private Address address;

    public override IEnumerable<View> Views => [view];

    public override string Describe => $"clear [{string.Join(", ", view.Shape)}]";

    public override void Resolve() => address = new Address(view);

    public override void Execute(in Share share, in Clock clock)
    {
        if (share.Part == 0)
            Strided.Clear(address.At(clock), view.Strides, view.Shape, view.ElementSize, 0);
    }
}

/// <summary>How much of each row's length lies in each block of time.</summary>
internal sealed unsafe class BlockLengthsInstruction(View lengths, View result, int steps, int first) : Instruction
{
    private Address from;
    private Address to;

    public override IEnumerable<View> Views => [lengths, result];

    public override string Describe => $"lengths of {lengths.Length} rows in {result.Shape[0]} blocks of {steps} steps";

    public override void Resolve() => (from, to) = (new Address(lengths), new Address(result));

    public override void Execute(in Share share, in Clock clock)
    {
        var (start, end) = share.Of(result.Length);
        int* length = (int*)from.At(clock), block = (int*)to.At(clock);
        for (int i = start; i < end; i++)
            block[i] = BlockLengthsOp.Within(length[i % lengths.Length] - first, i / lengths.Length, steps);
    }
}

/// <summary>sum += x, element by element: a sum over time of what no product and no reduction adds up itself.</summary>
internal sealed unsafe class AccumulateInstruction(View x, View sum, ElementType real) : Instruction
{
    private Address from;
    private Address to;

    public override IEnumerable<View> Views => [x, sum];

    public override string Describe => $"add [{string.Join(", ", sum.Shape)}] to a sum over time";

    public override void Resolve() => (from, to) = (new Address(x), new Address(sum));

    public override void Execute(in Share share, in Clock clock)
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

    private static long Offset(View view, int element)
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
