using System.Diagnostics.Metrics;

namespace RnnJit.Cpu;

/// <summary>Bytes of all native buffers that are not freed yet: the counter <c>rnnjit.native.bytes</c> of the meter <c>RnnJit</c>, for
/// <c>dotnet-counters</c> and <see cref="MeterListener"/>.</summary>
internal static class NativeBytes
{
    private static readonly Meter Meter = new("RnnJit");
    private static long live;

    static NativeBytes() =>
        Meter.CreateObservableUpDownCounter("rnnjit.native.bytes", static () => Live, "By", "Native buffers that are not freed");

    public static long Live => Interlocked.Read(ref live);

    public static void Add(long bytes) => Interlocked.Add(ref live, bytes);
}
