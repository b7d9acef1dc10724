// Two streams through one compiled model, a step at a time: a smoother of one unit follows each input at its own pace.
using System.Globalization;
using RnnJit;
using RnnJit.Cells;
using RnnJit.Jit;
using RnnJit.Networks;
using static RnnJit.Rnn;

JitKernels.Install();
var net = new NetworkBuilder("Smoother");
RnnJit.Ir.Dim one = net.Size("H", 1);
net.Output("y", net.Recurrent("smooth", CellRegistry.Find(typeof(Smooth)), net.Input("x", "T", "B", one), one));
using var model = new Model(net);
using var streaming = new StreamingModel(model);
using StreamState first = streaming.NewState(), second = streaming.NewState();
var y = new float[streaming.OutputLength];
streaming.Step([0f], first, y);
long before = GC.GetAllocatedBytesForCurrentThread();
for (int step = 0; step < 1000; step++)
{
    streaming.Step([1f], first, y);
    streaming.Step([(float)(step % 2)], second, y);
}

Console.WriteLine($"2,000 steps allocated {GC.GetAllocatedBytesForCurrentThread() - before} bytes; a stream has {streaming.BytesPerState}");
Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
    $"a stream of ones stands at {first["smooth.h0"].Read<float>()[0]:0.000}, one of zeros and ones at "
        + $"{second["smooth.h0"].Read<float>()[0]:0.000}"));

// h' = k h + (1 − k) x with k = σ(a).
[RnnCell]
public static partial class Smooth
{
    public static Value Step(Value x, Value h, [Init("3")] Vector a)
    {
        var keep = Sigmoid(a);
        return keep * h + (1 - keep) * x;
    }
}
