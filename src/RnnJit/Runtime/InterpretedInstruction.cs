using RnnJit.Ir;
using RnnJit.Plans;

namespace RnnJit.Runtime;

/// <summary>Any op, through the oracle: slow, always right. One worker does it.</summary>
internal sealed unsafe class InterpretedInstruction(HostOpCommand host, Evaluation evaluation) : Instruction(host)
{
    private readonly BufferView[] operands = host.Operands;
    private readonly BufferView[] results = host.Results;
    private Address[] from = [];
    private Address[] to = [];

    public Op Op => host.Op;

    public override void Resolve(PlanMemory memory)
    {
        from = operands.Select(view => new Address(view, memory)).ToArray();
        to = results.Select(view => new Address(view, memory)).ToArray();
    }

    public override void Execute(in WorkShare share, in LoopIndices clock)
    {
        if (share.Part > 0)
            return;

        var values = new NdArray[operands.Length];
        for (int o = 0; o < values.Length; o++)
        {
            var array = new NdArray(operands[o].Shape);
            byte* data = from[o].At(clock);
            BufferView view = operands[o];
            ElementType element = view.Buffer.Element;
            NdArray.ForEach(view.Shape,
                (index, flat) => array.Data[flat] = StridedMemory.Read(data + (Offset(view, index) * view.ElementSize), element));
            values[o] = array;
        }

        NdArray[] outputs = host.Op.Evaluate(values, evaluation);
        for (int o = 0; o < outputs.Length; o++)
        {
            byte* data = to[o].At(clock);
            BufferView view = results[o];
            ElementType element = view.Buffer.Element;
            NdArray output = outputs[o];
            NdArray.ForEach(view.Shape,
                (index, flat) => StridedMemory.Write(data + (Offset(view, index) * view.ElementSize), element, output.Data[flat]));
        }
    }

    private static long Offset(BufferView view, int[] index)
    {
        long offset = 0;
        for (int axis = 0; axis < index.Length; axis++)
            offset += index[axis] * view.Strides[axis];
        return offset;
    }
}
