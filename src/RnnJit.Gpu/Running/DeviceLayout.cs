using RnnJit.Plans;

namespace RnnJit.Gpu.Running;

/// <summary>
/// Places of all buffers of a plan in one block of device memory: the status words and outputs of one element, the arena of the plan,
/// copies of the caller's tensors, memory of threads.
/// </summary>
internal sealed class DeviceLayout
{
    private const long Alignment = 256, Word = 8;

    private readonly Dictionary<PlanBuffer, long> places = [];

    public DeviceLayout(Plan plan, MemoryPlan memory)
    {
        HeadBytes = Kernels.DeviceStatus.Bytes;
        foreach (PlanBuffer output in plan.Outputs.Select(view => view.Buffer).Distinct()
            .Where(buffer => buffer.Elements == 1 && memory.Places.ContainsKey(buffer)))
        {
            places[output] = HeadBytes;
            HeadBytes += Word;
        }

        long arena = Align(HeadBytes), end = Align(arena + memory.Bytes);
        foreach (var (buffer, place) in memory.Places)
            places.TryAdd(buffer, arena + place.Offset);
        foreach (PlanBuffer input in plan.Inputs.Select(view => view.Buffer).Where(buffer => !places.ContainsKey(buffer)))
        {
            places[input] = end;
            end = Align(end + input.Bytes);
        }

        Bytes = end;
    }

    /// <summary>Bytes of the status words and of outputs of one element, which come to the host in one copy.</summary>
    public long HeadBytes { get; }

    /// <summary>Bytes up to the memory of threads.</summary>
    public long Bytes { get; }

    /// <summary>Bytes before a buffer; 0 for a placeholder, which nobody reads.</summary>
    public long Of(PlanBuffer buffer) => places.GetValueOrDefault(buffer);

    private static long Align(long bytes) => (bytes + Alignment - 1) / Alignment * Alignment;
}
