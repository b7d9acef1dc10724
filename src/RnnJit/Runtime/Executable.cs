using RnnJit.Backends;
using RnnJit.Cpu;
using RnnJit.Interpretation;
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

    private static readonly HashSet<string> Known = [.. Pipeline.Stages.Select(stage => stage.Name), Fuse.Name, ChunkedMatMul.Name, ActiveRows.Name];

    /// <summary>The size of every dimension symbol that occurs in the Program, such as T, B, H.</summary>
    public IReadOnlyDictionary<string, int> Sizes { get; init; } = new Dictionary<string, int>();

    public Device Device { get; init; } = Device.Cpu;

    /// <summary>F32 or F64.</summary>
    public ElementType Precision { get; init; } = ElementType.F32;

    /// <summary>Shares of the work, at most 1024; as many threads do them as there are cores and work for. 0: as many as that.</summary>
    public int Threads { get; init; }

    /// <summary>Lanes in which the sum of a row is added: 1, 2, 4, 8 or 16. 0: as the device does, a CPU by its vectors, which it cannot change; other devices in 16, or 8 in F64.</summary>
    public int RowLanes { get; init; }

    /// <summary>The storage format of weights that products read; 16 bits are for inference in F32.</summary>
    public WeightStorage Weights { get; init; }

    /// <summary>Passes that are switched off, to see what they are worth.</summary>
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

    /// <summary>An update that is appended to the Program after the last pass; null for none. The Program gives <c>loss</c> and gradients, and inputs are replaced by each run.</summary>
    public TrainingStep? Step { get; init; }

    /// <summary>The providers of kernels, asked in order; null: the chain of the backend.</summary>
    public KernelChain? Kernels { get; init; }

    /// <summary>Bytes that the plan may take, inputs included; 0: the memory available to the process.</summary>
    public long MemoryLimit { get; init; }

    /// <summary>Tensors of the caller that stand for inputs by name (weights shared by several Programs); all other inputs are made here.</summary>
    public IReadOnlyDictionary<string, Tensor> Shared { get; init; } = new Dictionary<string, Tensor>();

    /// <summary>Memory that several Programs use in turns; null: the Program has an arena of its own.</summary>
    internal SharedArena? Arena { get; init; }

    /// <summary>True to fill memory with NaN before it is written, so that reads of uninitialised memory show.</summary>
    internal bool Poison { get; init; }

    /// <summary>Sizes from which on products are chunked; results do not depend on it.</summary>
    internal ChunkLimits ChunkLimits { get; init; } = ChunkLimits.Usual;

    /// <summary>Outputs that take the place of an input, by name.</summary>
    internal IReadOnlyDictionary<string, string> AliasesOf(Graph program) => Step?.Aliases(program) ?? new Dictionary<string, string>();

    /// <exception cref="ArgumentException">Weights in 16 bits, but not on compiled float32, or a number of threads that cannot be.</exception>
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
        if (Weights == WeightStorage.Single)
            return;
        if (Precision != ElementType.F32)
            throw new ArgumentException($"Weights are stored as {Weights} but the precision is {Precision} (16 bits are for F32)");
        if (!BackendRegistry.Of(Device).HasStreams)
            throw new ArgumentException($"Weights are stored as {Weights} but the device '{Device}' keeps them as they are (choose the device cpu or scalar)");
    }
}

/// <summary>A Program bound to sizes and memory. Fill <see cref="Input"/>, call <see cref="Run"/>, read <see cref="Output"/>. Not safe for concurrent use.</summary>
/// <remarks>Dispose while another thread is in <see cref="Run"/> lets that run finish; memory is freed behind it.</remarks>
public abstract class Executable : IDisposable
{
    private readonly Dictionary<string, Tensor> inputs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Tensor> outputs = new(StringComparer.Ordinal);
    private readonly NativeBuffer[] memory;
    private LengthCheck? lengths;
    private volatile bool disposed;

    protected Executable(Graph program, ExecutableOptions options)
    {
        options.Check();
        SizeCheck.Run(program, options.Sizes);
        Graph typed = options.Precision == ElementType.F64 ? GraphMapper.WithPrecision(program, ElementType.F64) : GraphMapper.InSingle(program);
        Program = options.Step?.Append(typed) ?? typed;
        Aliases = options.AliasesOf(Program);
        Options = options;
        InputBytes = Program.Inputs.Where(port => !options.Shared.ContainsKey(port.Name)).Aggregate(0L, (sum, port) => MemoryBudget.Sum(sum, MemoryBudget.Bytes(port.Type.Element, Shape(port.Type))));
        RequireMemory(0);
        foreach (Port port in Program.Inputs)
            inputs[port.Name] = options.Shared.TryGetValue(port.Name, out Tensor? shared) ? Fitting(port, shared) : new Tensor(port.Type.Element, Shape(port.Type));
        memory = [.. inputs.Values.Select(tensor => tensor.Memory).Distinct()];
    }

    /// <summary>The name of tiling among the passes that can be switched off: products over all time steps that only a loop reads are computed some steps ahead of it.</summary>
    public const string ChunkPass = ChunkedMatMul.Name;

    /// <summary>The name, among the passes that can be switched off, of leaving out rows behind their end in products and sums over all time steps.</summary>
    public const string ActiveRowsPass = ActiveRows.Name;

    public Graph Program { get; }

    public ExecutableOptions Options { get; }

    // Outputs that take the place of an input.
    private IReadOnlyDictionary<string, string> Aliases { get; }

    /// <summary>Makes a Program executable.</summary>
    /// <exception cref="GraphException">A size is missing, a shared tensor does not fit, or RNNJ245: the plan takes more memory than is allowed.</exception>
    /// <exception cref="ArgumentException">Weights in 16 bits, but not on compiled float32, or a number of threads that cannot be.</exception>
    public static Executable Create(Graph program, ExecutableOptions options) => BackendRegistry.Of(options.Device).Create(program, options);

    /// <summary>The plan by which a Program runs on a device. It takes no memory of the plan's size and compiles nothing.</summary>
    /// <exception cref="GraphException">A size is missing.</exception>
    /// <exception cref="ArgumentException">The device has no plans, or an option cannot be met.</exception>
    public static Plans.Plan PlanOf(Graph program, ExecutableOptions options) => BackendRegistry.Of(options.Device) is PlannedBackend backend
        ? backend.PlanOf(program, options)
        : throw new ArgumentException($"'{program.Name}' has no plan on the device '{options.Device}' (choose the device cpu or scalar)");

    /// <summary>Lanes in which sums of a row are added.</summary>
    public int RowLanes => BackendRegistry.Of(Options.Device).RowLanes(Options);

    // Bytes of the inputs that are made here.
    private long InputBytes { get; }

    /// <exception cref="UnknownNameException">The Program has no such input.</exception>
    public Tensor Input(string name) => inputs.TryGetValue(name, out Tensor? input)
        ? input
        : throw new UnknownNameException($"Program '{Program.Name}'", "input", name, Program.Inputs.Where(port => port.Role != PortRole.Parameter).Select(port => port.Name));

    /// <exception cref="UnknownNameException">The Program has no such output.</exception>
    public Tensor Output(string name) => outputs.TryGetValue(name, out Tensor? output)
        ? output
        : throw new UnknownNameException($"Program '{Program.Name}'", "output", name, Program.Outputs.Select(output => output.Name));

    /// <summary>Bytes the Program holds besides its inputs; 0 where nothing is planned.</summary>
    public virtual long ArenaBytes => 0;

    /// <summary>Copies of tensors to the memory of a device so far; 0 where it is that of the host.</summary>
    internal virtual long Uploads => 0;

    /// <summary>Copies of tensors from the memory of a device so far; 0 where it is that of the host.</summary>
    internal virtual long Downloads => 0;

    /// <summary>The lines of the plan that a run executes, in order; empty where nothing is planned.</summary>
    public virtual IReadOnlyList<PlanLine> Plan => [];

    /// <summary>Parts of the plan that are slower than they could be: interpreted loops, ops and kernels, narrow vectors. One sentence each, with its cure.</summary>
    public virtual IReadOnlyList<string> Fallbacks => [];

    /// <summary>Deepest nesting of loops that the device plans; deeper ones are left to the interpreter.</summary>
    public int LoopDepth => BufferPlan?.LoopDepth ?? TargetTraits.UsualLoopDepth;

    /// <summary>The plan that a run executes; null where nothing is planned.</summary>
    internal virtual Plans.Plan? BufferPlan => null;

    /// <summary>Seconds that the last run spent in each line of <see cref="Plan"/>, on the worker with the most rows; what lies between two lines belongs to the second, and frozen rows and the end of a loop to the loop's own. Empty without <see cref="ExecutableOptions.Profile"/>.</summary>
    public virtual IReadOnlyList<double> PlanSeconds => [];

    /// <summary>
    /// Runs the Program over what its inputs hold. Spans of inputs and outputs that were taken before are not valid afterwards.
    /// </summary>
    /// <exception cref="ArgumentException">The lengths of sequences are negative or beyond the last step.</exception>
    /// <exception cref="ObjectDisposedException">This was disposed, or the model or tensor that an input belongs to.</exception>
    public void Run()
    {
        int entered = 0;
        try
        {
            while (entered < memory.Length && memory[entered].TryEnter())
                entered++;
            if (disposed || entered < memory.Length)
                throw Disposed();

            (lengths ??= new LengthCheck(Program, Options.Sizes, Input)).Run();
            RunProgram();
            CountChanges();
        }
        finally
        {
            while (entered > 0)
                memory[--entered].Exit();
        }
    }

    /// <summary>Fills an input.</summary>
    /// <exception cref="UnknownNameException">The Program has no such input.</exception>
    /// <exception cref="GraphException">RNNJ151: the shape differs.</exception>
    public void Set(string name, NdArray value)
    {
        Tensor input = Input(name);
        if (!input.Shape.SequenceEqual(value.Shape))
            throw Misshapen(Program.Inputs[Program.InputIndex(name)], value.Shape, [.. input.Shape]);
        input.Set(value.Data);
    }

    protected abstract void RunProgram();

    /// <summary>Called at the end of a run: all outputs changed, those that take the place of an input among them.</summary>
    protected virtual void CountChanges()
    {
        foreach (Tensor output in outputs.Values)
            output.Change();
    }

    /// <summary>Brings inputs to the host whose newest values another run left on a device.</summary>
    protected void FetchInputs()
    {
        foreach (Tensor input in inputs.Values)
            input.Fetch();
    }

    public virtual void Dispose()
    {
        disposed = true;
        foreach (var (name, tensor) in inputs)
        {
            if (!Options.Shared.ContainsKey(name))
                tensor.Dispose();
        }
    }

    protected int[] Shape(TensorType type) => type.Dims.Select(dim => dim.Evaluate(Options.Sizes)).ToArray();

    /// <summary>Compares inputs and what else is planned with the limit, before it is allocated.</summary>
    /// <exception cref="GraphException">RNNJ245: the limit is lower.</exception>
    protected void RequireMemory(long planned) => MemoryBudget.Require($"The plan of '{Program.Name}'", MemoryBudget.Sum(InputBytes, planned), Options.MemoryLimit);

    protected void SetOutput(string name, Tensor tensor) => outputs[name] = tensor;

    /// <summary>The input whose place an output takes; null where the output has a tensor of its own.</summary>
    protected Tensor? Replaced(string output) => Aliases.TryGetValue(output, out string? input) ? Input(input) : null;

    private ObjectDisposedException Disposed() => new(null, disposed
        ? $"'{Program.Name}' was disposed and cannot run (open it again)"
        : $"A tensor that '{Program.Name}' reads was disposed (dispose a model and shared tensors after the last run)");

    private Tensor Fitting(Port port, Tensor shared)
    {
        int[] wanted = Shape(port.Type);
        return shared.Element == port.Type.Element && shared.Shape.SequenceEqual(wanted)
            ? shared
            : throw new GraphException("RNNJ151", $"'{port.Name}' was given {shared.Element}[{string.Join(", ", shared.Shape)}] but {port.Type} wants [{string.Join(", ", wanted)}] (give that shape)");
    }

    private static GraphException Misshapen(Port port, int[] found, int[] wanted) =>
        new("RNNJ151", $"'{port.Name}' was given [{string.Join(", ", found)}] but {port.Type} wants [{string.Join(", ", wanted)}] (give that shape)");
}

/// <summary>The oracle behind the same face as compiled Programs.</summary>
internal sealed class InterpretedExecutable : Executable
{
    public InterpretedExecutable(Graph program, ExecutableOptions options)
        : base(program, options)
    {
        RequireMemory(Program.Outputs.Select(output => Program.Values.Type(output.Value)).Aggregate(0L, (sum, type) => MemoryBudget.Sum(sum, MemoryBudget.Bytes(type.Element, Shape(type)))));
        foreach (Output output in Program.Outputs)
        {
            TensorType type = Program.Values.Type(output.Value);
            SetOutput(output.Name, Replaced(output.Name) ?? new Tensor(type.Element, Shape(type)));
        }
    }

    protected override void RunProgram()
    {
        var given = Program.Inputs.ToDictionary(port => port.Name, port => Input(port.Name).ToNdArray());
        foreach (var (name, value) in Interpreter.Run(Program, given, Options.Sizes, single: Options.Precision == ElementType.F32))
            Output(name).Set(value.Data);
    }
}
