using RnnJit.Ir;
using RnnJit.Kernels;
using RnnJit.Passes;
using RnnJit.Planning;
using RnnJit.Plans;
using RnnJit.Training;

namespace RnnJit.Runtime;

/// <summary>The options of an executable Program.</summary>
public sealed record ExecutableOptions
{
    private const int MostThreads = 1024;

    private static readonly HashSet<string> Known = [.. Pipeline.Stages.Select(stage => stage.Name), Fuse.Name, ChunkedMatMul.Name,
        ActiveRows.Name];

    /// <summary>The size of every dimension symbol that occurs in the Program, such as T, B, H.</summary>
    public IReadOnlyDictionary<string, int> Sizes { get; init; } = new Dictionary<string, int>();

    public Device Device { get; init; } = Device.Cpu;

    /// <summary>F32 or F64.</summary>
    public ElementType Precision { get; init; } = ElementType.F32;

    /// <summary>Shares of the work, at most 1024; as many threads do them as there are cores and work for. 0: as many as that.</summary>
    public int Threads { get; init; }

    /// <summary>Lanes in which the sum of a row is added: 1, 2, 4, 8 or 16. 0: as the device does, a CPU by its vectors, which it cannot
    /// change; other devices in 16, or 8 in F64.</summary>
    public int RowLanes { get; init; }

    /// <summary>The storage format of weights that products read; 16 bits are for inference in F32.</summary>
    public WeightStorage Weights { get; init; }

    /// <summary>Names of passes that are switched off, to measure their effect.</summary>
    public IReadOnlyCollection<string> Without { get; init; } = [];

    /// <summary>
    /// The schedule of loops over time; null: for each loop the one estimated to be faster. A loop whose rows read each other, or have
    /// lengths, has one possible schedule and keeps it.
    /// </summary>
    public ScanSchedule? Schedule { get; init; }

    /// <summary>
    /// True to measure the time of each line of the plan. This costs some tens of nanoseconds a line and, with several threads, a barrier.
    /// The interpreter and streams measure nothing.
    /// </summary>
    public bool Profile { get; init; }

    /// <summary>True to let the verifier check the graph after every stage of the pipeline.</summary>
    public bool Verify { get; init; }

    /// <summary>An update that is appended to the Program after the last pass; null for none. The Program gives <c>loss</c> and gradients,
    /// and inputs are replaced by each run.</summary>
    public TrainingStep? Step { get; init; }

    /// <summary>The providers of kernels, asked in order; null: the chain of the backend.</summary>
    public KernelChain? Kernels { get; init; }

    /// <summary>The kernels with which the plan may run, whoever chose the providers.</summary>
    public KernelPolicy KernelPolicy { get; init; }

    /// <summary>Bytes that the plan may take, inputs included; 0: the memory available to the process.</summary>
    public long MemoryLimit { get; init; }

    /// <summary>Tensors of the caller that stand for inputs by name (weights shared by several Programs); all other inputs are made
    /// here.</summary>
    public IReadOnlyDictionary<string, Tensor> Shared { get; init; } = new Dictionary<string, Tensor>();

    /// <summary>Memory that several Programs use in turns; null: the Program has an arena of its own.</summary>
    internal SharedArena? Arena { get; init; }

    /// <summary>True to fill memory with NaN before it is written, so that reads of uninitialised memory show.</summary>
    internal bool Poison { get; init; }

    /// <summary>Sizes from which on products are chunked; results do not depend on it.</summary>
    internal ChunkLimits ChunkLimits { get; init; } = ChunkLimits.Usual;

    /// <summary>Outputs that take the place of an input, by name.</summary>
    internal IReadOnlyDictionary<string, string> AliasesOf(Graph program) => Step?.Aliases(program) ?? new Dictionary<string, string>();

    /// <exception cref="ArgumentException">Weights in 16 bits without compiled float32, compiled kernels of the interpreter, or an invalid
    /// number of threads.</exception>
    internal void Check()
    {
        if (Without.FirstOrDefault(name => !Known.Contains(name)) is { } unknown)
        {
            throw new ArgumentException(Pipeline.NewName(unknown) is { } now
                ? $"Without names '{unknown}', which is called {now} now (change it)"
                : $"Without names '{unknown}', wanted names of {string.Join(", ", Known)} (change it)");
        }

        if (Threads is < 0 or > MostThreads)
            throw new ArgumentException($"The number of threads is {Threads}, wanted 0 (one for each core) to {MostThreads} (change it)");
        if (KernelPolicy == KernelPolicy.CompiledOnly && Device == Device.Interpreter)
            throw new ArgumentException($"{nameof(KernelPolicy)} is {KernelPolicy} but the device '{Device}' compiles nothing "
                + $"(choose another device, or {KernelPolicy.AllowInterpreted})");
        if (Weights == WeightStorage.Single)
            return;
        if (Precision != ElementType.F32)
            throw new ArgumentException($"Weights are stored as {Weights} but the precision is {Precision} (16 bits are for F32)");
        if (!BackendRegistry.Of(Device).HasStreams)
            throw new ArgumentException(
                $"Weights are stored as {Weights} but the device '{Device}' keeps them as they are (choose the device cpu or scalar)");
    }
}
