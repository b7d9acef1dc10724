using RnnJit.Plans;

namespace RnnJit.Gpu.Lowering;

/// <summary>
/// Places of all buffers of a plan in one block of device memory: the status words, the arena of the plan, copies of the caller's tensors,
/// memory of threads.
/// </summary>
internal sealed class DeviceLayout
{
    private const long Alignment = 256;

    private readonly Dictionary<PlanBuffer, long> places = [];

    public DeviceLayout(Plan plan, MemoryPlan memory)
    {
        foreach (var (buffer, place) in memory.Places)
            places[buffer] = Kernels.DeviceStatus.Bytes + place.Offset;
        long end = Align(Kernels.DeviceStatus.Bytes + memory.Bytes);
        foreach (PlanBuffer input in plan.Inputs.Select(view => view.Buffer).Where(buffer => !places.ContainsKey(buffer)))
        {
            places[input] = end;
            end = Align(end + input.Bytes);
        }

        Bytes = end;
    }

    /// <summary>Bytes up to the memory of threads.</summary>
    public long Bytes { get; }

    /// <summary>Bytes before a buffer; 0 for a placeholder, which nobody reads.</summary>
    public long Of(PlanBuffer buffer) => places.GetValueOrDefault(buffer);

    private static long Align(long bytes) => (bytes + Alignment - 1) / Alignment * Alignment;
}
