using System.Reflection;
using ILGPU;
using RnnJit.Gpu.Kernels;
using RnnJit.Runtime;

namespace RnnJit.Gpu.Running;

/// <summary>A command of a plan, lowered for a device. Running it allocates nothing, except in ops of the host.</summary>
internal abstract class DeviceOperation
{
    /// <summary>Line of the plan that its time belongs to; negative for parts of another operation.</summary>
    public int Line { get; set; } = -1;

    /// <summary>Queues its work.</summary>
    public abstract void Run(DeviceMemory memory, in LoopIndices clock);

    /// <summary>Queues its work, and notes when it is done in a run that is profiled.</summary>
    public void RunLine(DeviceMemory memory, in LoopIndices clock)
    {
        Run(memory, clock);
        if (Line >= 0)
            memory.Timer?.Mark(Line);
    }

    /// <summary>Operations inside this one.</summary>
    public virtual IEnumerable<DeviceOperation> Inner => [];
}

/// <summary>One launch.</summary>
/// <param name="method">The kernel that the threads run.</param>
/// <param name="place">Its first word in the table.</param>
/// <param name="hasWork">False where a view has no elements.</param>
/// <param name="check">Its number among the commands that check numbers, from 1; 0 for others.</param>
internal sealed class LaunchOperation(MethodInfo method, int place, KernelConfig config, bool hasWork, int check) : DeviceOperation
{
    public MethodInfo Method => method;

    public KernelConfig Config => config;

    /// <summary>The delegate that launches or calls the method; the memory knows its type.</summary>
    public Delegate? Launcher { get; set; }

    public override void Run(DeviceMemory memory, in LoopIndices clock)
    {
        if (hasWork)
            memory.Launch(this, new DeviceLaunch(place, clock.T, clock.I, clock.OuterT, clock.OuterI, check == 0 ? 0
                : memory.NumberOf(check)));
    }
}

/// <summary>Several operations, one after the other.</summary>
internal sealed class SequenceOperation(DeviceOperation[] operations) : DeviceOperation
{
    public override IEnumerable<DeviceOperation> Inner => operations;

    public override void Run(DeviceMemory memory, in LoopIndices clock)
    {
        foreach (DeviceOperation operation in operations)
            operation.Run(memory, clock);
    }
}

/// <summary>A product of some steps ahead of a loop.</summary>
/// <param name="last">The same of the steps that are left over; null for none.</param>
internal sealed class ChunkOperation(int chunk, LaunchOperation whole, LaunchOperation? last, int steps) : DeviceOperation
{
    public override IEnumerable<DeviceOperation> Inner => last is null ? [whole] : [whole, last];

    /// <summary>Computes the chunk of a step where it begins.</summary>
    public void Begin(DeviceMemory memory, int t, int i, bool reverse)
    {
        if (i == 0 || t % chunk == (reverse ? chunk - 1 : 0))
            RunLine(memory, new LoopIndices(t - (t % chunk), 0, 0, 0));
    }

    public override void Run(DeviceMemory memory, in LoopIndices clock) => (clock.T + chunk <= steps ? whole : last!).Run(memory, clock);
}
