using RnnJit.Plans;
using RnnJit.Runtime;

namespace RnnJit.Gpu.Running;

/// <summary>Copies right operands of products side by side; parameters only after they changed.</summary>
/// <param name="weights">The parameters; null where values of the run are packed.</param>
internal sealed class PackOperation(PlanBuffer[]? weights, DeviceOperation[] copies) : DeviceOperation
{
    private readonly long[] packed = [.. (weights ?? []).Select(_ => -1L)];

    public override IEnumerable<DeviceOperation> Inner => copies;

    public override void Run(DeviceMemory memory, in LoopIndices clock)
    {
        if (weights is not null && !HaveChanged(memory))
            return;
        foreach (DeviceOperation copy in copies)
            copy.Run(memory, clock);
    }

    private bool HaveChanged(DeviceMemory memory)
    {
        bool changed = false;
        for (int w = 0; w < packed.Length; w++)
        {
            long version = memory.VersionOf(weights![w]);
            changed |= version != packed[w];
            packed[w] = version;
        }

        return changed;
    }
}
