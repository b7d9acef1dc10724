using RnnJit.Cpu;
using RnnJit.Plans;

namespace RnnJit.Runtime;

/// <summary>A command of a plan as this CPU executes it. Nothing is allocated while it runs.</summary>
/// <param name="command">The command; null where the plan has none, as for timing.</param>
internal abstract class Instruction(PlanCommand? command)
{
    public PlanCommand? Command => command;

    /// <summary>Views it reads and writes.</summary>
    public IEnumerable<BufferView> Views => command?.Views ?? [];

    /// <summary>Arithmetic of products and sums of products.</summary>
    public double Flops => command?.Flops ?? 0;

    /// <summary>Bytes it reads and writes.</summary>
    public double Bytes => command?.Bytes ?? 0;

    /// <summary>A line for people.</summary>
    public virtual string Describe => command?.Describe ?? GetType().Name;

    /// <summary>Name of the provider of the instruction's kernel; empty without a kernel.</summary>
    public virtual string Provider => "";

    /// <summary>Turns views into addresses once memory is there.</summary>
    public abstract void Resolve(PlanMemory memory);

    /// <summary>Marks values that outlast a run, such as packed weights, as lost: the next run computes them again.</summary>
    public virtual void Invalidate()
    {
    }

    /// <summary>Does one share.</summary>
    public abstract void Execute(in WorkShare share, in LoopIndices clock);

    /// <summary>Does shares that nobody has begun, and returns when all are done.</summary>
    public virtual void Run(ref TeamThread thread, in LoopIndices clock)
    {
        while (thread.Take(out int share))
            Execute(new WorkShare(share, thread.Shares, -1, -1), clock);
    }
}
