using RnnJit.Ir;
using RnnJit.Kernels;
using RnnJit.Runtime;

namespace RnnJit.Networks;

/// <summary>Options with which a model is made and run.</summary>
public sealed record ModelOptions
{
    /// <summary>Fixes the first values of all parameters.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>F32 or F64.</summary>
    public ElementType Precision { get; init; } = ElementType.F32;

    /// <summary>Shares of the work; as many threads do them as there are cores and work for. 0: as many as that.</summary>
    public int Threads { get; init; }

    public Device Device { get; init; } = Device.Cpu;

    /// <summary>Lanes in which the sum of a row is added, see <see cref="ExecutableOptions.RowLanes"/>. 0: as the device does.</summary>
    public int RowLanes { get; init; }

    /// <summary>
    /// The storage format, while the model runs, of weights that products read; 16 bits are for inference in F32.
    /// <see cref="Model.Parameters"/> stay as they are.
    /// </summary>
    public WeightStorage Weights { get; init; }

    /// <summary>The providers of kernels, asked in order; null: the chain of the backend.</summary>
    public KernelChain? Kernels { get; init; }

    /// <summary>The kernels with which sessions, trainers and streams of the model may run.</summary>
    public KernelPolicy KernelPolicy { get; init; }

    /// <summary>Bytes that a file may hold and that each plan may take; 0: the memory available to the process.</summary>
    public long MemoryLimit { get; init; }
}
