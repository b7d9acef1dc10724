using RnnJit.Cpu;
using RnnJit.Ir;
using RnnJit.Plans;
using RnnJit.Runtime;

namespace RnnJit.Gpu.Running;

/// <summary>An op without a compiled form: the device waits, the operands are copied to the host, and the results are copied
/// back.</summary>
internal sealed unsafe class HostOperation(HostOpCommand host, DeviceLayout layout, Evaluation evaluation) : DeviceOperation
{
    private readonly BufferView[] views = [.. host.Views];
    private readonly NativeBuffer[] copies = [.. host.Views.Select(view => new NativeBuffer(view.Buffer.Bytes))];

    public override void Run(DeviceMemory memory, in LoopIndices clock)
    {
        for (int v = 0; v < views.Length; v++)
            memory.Download(layout.Of(views[v].Buffer), copies[v].Data, copies[v].Length);
        var operands = new NdArray[host.Operands.Length];
        for (int o = 0; o < operands.Length; o++)
            operands[o] = Read(views[o], copies[o].Data, Start(views[o], memory, clock));
        NdArray[] results = host.Op.Evaluate(operands, evaluation);
        for (int r = 0; r < results.Length; r++)
        {
            // Results may share a buffer, so each is merged into the buffer's current contents.
            BufferView view = host.Results[r];
            NativeBuffer copy = copies[operands.Length + r];
            memory.Download(layout.Of(view.Buffer), copy.Data, copy.Length);
            Write(view, copy.Data, Start(view, memory, clock), results[r]);
            memory.Upload(layout.Of(view.Buffer), copy.Data, copy.Length);
        }
    }

    private static NdArray Read(BufferView view, byte* data, long start)
    {
        var array = new NdArray(view.Shape);
        NdArray.ForEach(view.Shape, (index, flat) => array.Data[flat] = StridedMemory.Read(data
            + (Place(view, index, start) * view.ElementSize), view.Buffer.Element));
        return array;
    }

    private static void Write(BufferView view, byte* data, long start, NdArray value) =>
        NdArray.ForEach(view.Shape, (index, flat) => StridedMemory.Write(data + (Place(view, index, start) * view.ElementSize),
            view.Buffer.Element, value.Data[flat]));

    private static long Start(BufferView view, DeviceMemory memory, in LoopIndices clock)
    {
        long start = view.Offset
            + ((clock.T & (view.Ring - 1)) * view.TimeStride) + (((clock.I + view.DoubleBufferHalf) & 1) * view.DoubleBufferStride)
            + (clock.OuterT * view.OuterTimeStride) + (((clock.OuterI + view.OuterDoubleBufferHalf) & 1) * view.OuterDoubleBufferStride);
        for (int loop = 0; loop < view.Further.Length; loop++)
            start += view.Further[loop].At(memory.Loops[^(loop + 3)].T, memory.Loops[^(loop + 3)].I);
        return start;
    }

    private static long Place(BufferView view, int[] index, long start)
    {
        for (int axis = 0; axis < index.Length; axis++)
            start += index[axis] * view.Strides[axis];
        return start;
    }
}
