using ILGPU;
using RnnJit.Ir;
using RnnJit.Plans;
using RnnJit.Runtime;

namespace RnnJit.Gpu.Running;

/// <summary>A device that runs launches of groups of threads and allocates memory for plans.</summary>
internal abstract class GpuDevice(int groupSize, int mostGroups)
{
    public int GroupSize => groupSize;

    public int MostThreads => groupSize * mostGroups;

    /// <summary>One run at a time.</summary>
    public Lock Running { get; } = new();

    /// <summary>Bytes that the device has.</summary>
    public virtual long MemorySize => long.MaxValue;

    /// <summary>Memory for an executable.</summary>
    /// <param name="bytes">Bytes of the plan and of threads.</param>
    /// <param name="table">The table of words that launches read.</param>
    /// <param name="checks">Commands that check numbers, at least 1.</param>
    /// <param name="inputs">Tensors of the caller.</param>
    public abstract DeviceMemory Allocate<T>(long bytes, long[] table, int checks, IReadOnlyDictionary<PlanBuffer, Tensor> inputs)
        where T : unmanaged;

    /// <exception cref="GraphException">RNNJ245: the device has less memory.</exception>
    public void RequireMemory(string program, RnnJit.Device name, long bytes)
    {
        if (bytes > MemorySize)
        {
            throw new GraphException(
                "RNNJ245",
                $"The plan of '{program}' takes {bytes >> 20} MB of memory where '{name}' has {MemorySize >> 20} MB (make sizes smaller)");
        }
    }

    /// <summary>Groups and threads for so many units of work.</summary>
    public KernelConfig Config(long units) => new((int)Math.Clamp((units + groupSize - 1) / groupSize, 1, mostGroups), groupSize);

    /// <summary>Columns of a row that a thread takes at once: one, so that neighbours read neighbours.</summary>
    public virtual int Span(int rows, int columns) => 1;
}
