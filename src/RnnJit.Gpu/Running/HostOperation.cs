using RnnJit.Gpu.Lowering;
using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Plans;
using RnnJit.Runtime;

namespace RnnJit.Gpu.Running;

/// <summary>An op that has no compiled form: the device waits, what it reads comes to the host, and what it gives goes back.</summary>
internal sealed class HostOperation(HostOpCommand host, DeviceLayout layout, Evaluation evaluation) : DeviceOperation
{
    private readonly BufferView[] views = [.. host.Views];
    private HostBytes[]? copies;

    public override void Run(DeviceMemory memory, in LoopIndices clock)
    {
        copies ??= [.. views.Select(view => memory.Beside(layout.Of(view.Buffer), view.Buffer.Bytes))];
        for (int v = 0; v < views.Length; v++)
            memory.Download(copies[v].Copy);
        var operands = new NdArray[host.Operands.Length];
        for (int o = 0; o < operands.Length; o++)
            operands[o] = Read(views[o], copies[o].Host, clock);
        NdArray[] results = host.Op.Evaluate(operands, evaluation);
        for (int r = 0; r < results.Length; r++)
        {
            // Results may share a buffer, so each is written into what is there now.
            HostBytes copy = copies[operands.Length + r];
            memory.Download(copy.Copy);
            Write(host.Results[r], copy.Host, clock, results[r]);
            memory.Upload(copy.Copy);
        }
    }

    private static unsafe NdArray Read(BufferView view, nint start, LoopIndices clock)
    {
        var array = new NdArray(view.Shape);
        NdArray.ForEach(view.Shape, (index, flat) => array.Data[flat] = StridedMemory.Read((byte*)start
            + (Place(view, index, clock) * view.ElementSize), view.Buffer.Element));
        return array;
    }

    private static unsafe void Write(BufferView view, nint start, LoopIndices clock, NdArray value) =>
        NdArray.ForEach(view.Shape, (index, flat) => StridedMemory.Write((byte*)start + (Place(view, index, clock) * view.ElementSize),
            view.Buffer.Element, value.Data[flat]));

    private static long Place(BufferView view, int[] index, in LoopIndices clock)
    {
        long place = view.Offset + ((clock.T & (view.Ring - 1)) * view.TimeStride) + (((clock.I + view.DoubleBufferHalf) & 1) * view.DoubleBufferStride)
            + (clock.OuterT * view.OuterTimeStride) + (((clock.OuterI + view.OuterDoubleBufferHalf) & 1) * view.OuterDoubleBufferStride);
        for (int axis = 0; axis < index.Length; axis++)
            place += index[axis] * view.Strides[axis];
        return place;
    }
}
