using System.Diagnostics.Metrics;

namespace RnnJit.Cli.Soaking;

/// <summary>Memory of the process after full collections.</summary>
/// <param name="Hours">Since the first sample.</param>
/// <param name="Managed">Live bytes of the collector's heap.</param>
/// <param name="Native">Bytes of native buffers that are not freed.</param>
/// <param name="Resident">RSS, bytes.</param>
internal readonly record struct MemorySample(double Hours, long Managed, long Native, long Resident);

/// <summary>Takes samples; native bytes are the engine's own counter.</summary>
internal sealed class MemoryProbe : IDisposable
{
    private readonly MeterListener listener = new();
    private readonly long start = System.Diagnostics.Stopwatch.GetTimestamp();
    private long native;

    public MemoryProbe()
    {
        listener.InstrumentPublished = (instrument, to) =>
        {
            if (instrument is { Meter.Name: "RnnJit", Name: "rnnjit.native.bytes" })
                to.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, bytes, _, _) => native = bytes);
        listener.Start();
    }

    public MemorySample Take()
    {
        // What finalizers let go of is collected by the next one.
        for (int i = 0; i < 3; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        listener.RecordObservableInstruments();
        return new MemorySample(System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalHours, GC.GetTotalMemory(forceFullCollection: true),
            native, Environment.WorkingSet);
    }

    public void Dispose() => listener.Dispose();
}
