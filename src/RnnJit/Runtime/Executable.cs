using RnnJit.Cpu;
using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Plans;

namespace RnnJit.Runtime;

/// <summary>A Program bound to sizes and memory. Fill <see cref="Input"/>, call <see cref="Run"/>, read <see cref="Output"/>.
/// Not safe for concurrent use.</summary>
/// <remarks>Dispose while another thread is in <see cref="Run"/> lets that run finish; memory is freed after it.</remarks>
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
        Graph typed =
            options.Precision == ElementType.F64 ? GraphMapper.WithPrecision(program, ElementType.F64) : GraphMapper.InSingle(program);
        Program = options.Step?.Append(typed) ?? typed;
        Aliases = options.AliasesOf(Program);
        Options = options;
        InputBytes = Program.Inputs.Where(port => !options.Shared.ContainsKey(port.Name))
            .Aggregate(0L, (sum, port) => MemoryBudget.Sum(sum, MemoryBudget.Bytes(port.Type.Element, Shape(port.Type))));
        RequireMemory(0);
        foreach (Port port in Program.Inputs)
            inputs[port.Name] = options.Shared.TryGetValue(port.Name,
                out Tensor? shared) ? Fitting(port, shared) : new Tensor(port.Type.Element, Shape(port.Type));
        memory = [.. inputs.Values.Select(tensor => tensor.Memory).Distinct()];
    }

    /// <summary>The name of tiling among the passes that can be switched off: products over all time steps that only a loop reads are
    /// computed some steps ahead of it.</summary>
    public const string ChunkPass = ChunkedMatMul.Name;

    /// <summary>Name, in <see cref="ExecutableOptions.Without"/>, of the optimisation that skips padding in products and sums over all time
    /// steps.</summary>
    public const string ActiveRowsPass = ActiveRows.Name;

    public Graph Program { get; }

    public ExecutableOptions Options { get; }

    // Outputs that take the place of an input.
    private IReadOnlyDictionary<string, string> Aliases { get; }

    /// <summary>Makes a Program executable.</summary>
    /// <exception cref="GraphException">A size is missing, a shared tensor does not fit, or RNNJ245: the plan takes
    /// more memory than is allowed.</exception>
    /// <exception cref="ArgumentException">Weights in 16 bits without compiled float32, or an invalid number of threads.</exception>
    public static Executable Create(Graph program, ExecutableOptions options) =>
        BackendRegistry.Of(options.Device).Create(program, options);

    /// <summary>The plan by which a Program runs on a device. It takes no memory of the plan's size and compiles nothing.</summary>
    /// <exception cref="GraphException">A size is missing.</exception>
    /// <exception cref="ArgumentException">The device has no plans, or an option cannot be met.</exception>
    public static Plans.Plan PlanOf(Graph program, ExecutableOptions options) =>
        BackendRegistry.Of(options.Device) is PlannedBackend backend
        ? backend.PlanOf(program, options)
        : throw new ArgumentException($"'{program.Name}' has no plan on the device '{options.Device}' (choose the device cpu or scalar)");

    /// <summary>Lanes in which sums of a row are added.</summary>
    public int RowLanes => BackendRegistry.Of(Options.Device).RowLanes(Options);

    // Bytes of the inputs that are made here.
    private long InputBytes { get; }

    /// <exception cref="UnknownNameException">The Program has no such input.</exception>
    public Tensor Input(string name) => inputs.TryGetValue(name, out Tensor? input)
        ? input
        : throw new UnknownNameException($"Program '{Program.Name}'", "input", name,
            Program.Inputs.Where(port => port.Role != PortRole.Parameter).Select(port => port.Name));

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

    /// <summary>Parts of the plan that are slower than they could be: interpreted loops, ops and kernels, narrow vectors. One
    /// sentence each, with its cure.</summary>
    public virtual IReadOnlyList<string> Fallbacks => [];

    /// <summary>Deepest nesting of loops that the device plans; deeper ones are left to the interpreter.</summary>
    public int LoopDepth => BufferPlan?.LoopDepth ?? TargetTraits.UsualLoopDepth;

    /// <summary>The plan that a run executes; null where nothing is planned.</summary>
    internal virtual Plans.Plan? BufferPlan => null;

    /// <summary>Seconds of the last run per line of <see cref="Plan"/>, on the worker with the most rows. Gaps count to the following line,
    /// frozen rows and loop overhead to the loop's line. Empty without
    /// <see cref="ExecutableOptions.Profile"/>.</summary>
    public virtual IReadOnlyList<double> PlanSeconds => [];

    /// <summary>
    /// Runs the Program over what its inputs hold. Spans of inputs and outputs that were taken before are not valid afterwards.
    /// </summary>
    /// <exception cref="ArgumentException">The lengths of sequences were never filled, are negative, or beyond the last step.</exception>
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
    /// <exception cref="ArgumentException">An input of whole numbers is given another number, such as 1.7 or NaN.</exception>
    public void Set(string name, NdArray value)
    {
        Tensor input = Input(name);
        if (!input.Shape.SequenceEqual(value.Shape))
            throw Misshapen(Program.Inputs[Program.InputIndex(name)], value.Shape, [.. input.Shape]);
        input.Set(value.Data, name);
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

    /// <summary>Compares the bytes of inputs and of the planned memory with the limit, before allocation.</summary>
    /// <exception cref="GraphException">RNNJ245: the limit is lower.</exception>
    protected void RequireMemory(long planned) =>
        MemoryBudget.Require($"The plan of '{Program.Name}'", MemoryBudget.Sum(InputBytes, planned), Options.MemoryLimit);

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
            : throw new GraphException("RNNJ151",
                $"'{port.Name}' was given {shared.Element}[{string.Join(", ", shared.Shape)}] but {port.Type} wants "
                    + $"[{string.Join(", ", wanted)}] (give that shape)");
    }

    private static GraphException Misshapen(Port port, int[] found, int[] wanted) =>
        new("RNNJ151",
            $"'{port.Name}' was given [{string.Join(", ", found)}] but {port.Type} wants [{string.Join(", ", wanted)}] (give that shape)");
}
