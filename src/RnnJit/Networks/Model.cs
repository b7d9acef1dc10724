using RnnJit.Files;
using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Randomness;
using RnnJit.Runtime;

namespace RnnJit.Networks;

/// <summary>
/// A Program with its trained parameters, which training, validation and inference share. The Program's first output is the model's;
/// sequences are [T, B, …]. Not safe for concurrent use.
/// </summary>
public sealed partial class Model : IDisposable
{
    private readonly TensorBlock block;
    private Session? stepper;

    /// <summary>A model with fresh parameters.</summary>
    public Model(NetworkBuilder network, ModelOptions? options = null)
        : this(network.Build(), network.Sizes, options)
    {
    }

    /// <summary>A model with fresh parameters.</summary>
    /// <param name="sizes">The sizes of all dimension symbols except T and B.</param>
    /// <exception cref="GraphException">RNNJ101, RNNJ014, RNNJ245: a size is missing, an initialiser is unknown, or the parameters take
    /// more memory than is allowed.</exception>
    public Model(Graph program, IReadOnlyDictionary<string, int> sizes, ModelOptions? options = null)
        : this(program, sizes, options ?? new ModelOptions(), initialise: true)
    {
    }

    private Model(Graph program, IReadOnlyDictionary<string, int> sizes, ModelOptions options, bool initialise)
    {
        (Program, Sizes, Options) = (program, sizes, options);
        SizeCheck.Symbols(sizes);
        Port[] ports = program.Inputs.Where(port => port.Role == PortRole.Parameter).ToArray();
        (string Name, int[] Shape)[] shapes = [.. ports.Select(port => (port.Name, SizeCheck.Shape(port.Type, sizes)))];
        long bytes = shapes.Aggregate(0L, (sum, tensor) => MemoryBudget.Sum(sum, MemoryBudget.Bytes(options.Precision, tensor.Shape)));
        MemoryBudget.Require($"The parameters of '{program.Name}'", bytes, options.MemoryLimit);
        block = new TensorBlock(options.Precision, shapes);
        tensors = [.. block.Parts.Values];
        count = ParameterCount;
        for (int i = 0; initialise && i < ports.Length; i++)
            ParameterInit.Fill(ports[i], Parameters[ports[i].Name], new RandomStream(options.Seed, (ulong)i));
    }

    /// <summary>The whole Program: results, losses, final states.</summary>
    public Graph Program { get; }

    /// <summary>The sizes of all dimension symbols except T and B.</summary>
    public IReadOnlyDictionary<string, int> Sizes { get; }

    public ModelOptions Options { get; }

    /// <summary>The trained tensors by name. After training on a device, reading a tensor copies it from there.</summary>
    public IReadOnlyDictionary<string, Tensor> Parameters => block.Parts;

    /// <summary>The number of trained numbers.</summary>
    public long ParameterCount => Parameters.Values.Sum(tensor => (long)tensor.Length);

    /// <summary>Number of lanes in which sums of a row are accumulated: devices with equal lanes give equal bits.</summary>
    /// <exception cref="ArgumentException">The device does not have the lanes of <see cref="ModelOptions.RowLanes"/>.</exception>
    public int RowLanes =>
        BackendRegistry.Of(Options.Device).RowLanes(new ExecutableOptions { Precision = Options.Precision, RowLanes = Options.RowLanes });

    /// <summary>Texts of the user's, which <see cref="Save(string, WeightStorage)"/> and training checkpoints write and
    /// <see cref="Load(string, ModelOptions, bool)"/> reads.</summary>
    public ModelMetadata Metadata { get; } = new();

    /// <summary>Vocabularies by name, which <see cref="Save(string, WeightStorage)"/> and training checkpoints write and
    /// <see cref="Load(string, ModelOptions, bool)"/> reads.</summary>
    public ModelVocabularies Vocabularies { get; } = new();

    internal TensorBlock Block => block;

    /// <summary>Reads what <see cref="Save(string, WeightStorage)"/> wrote, or a training checkpoint. Precision is the file's.</summary>
    /// <param name="best">
    /// True to take the parameters of the best epoch, which a checkpoint of <see cref="Training.FitOptions.KeepBest"/> holds beside those
    /// of the last step; false: those that the model had when the file was written.
    /// </param>
    /// <exception cref="CheckpointException">The file is missing, damaged or no model, or has no best parameters.</exception>
    public static Model Load(string path, ModelOptions? options = null, bool best = false)
    {
        options ??= new ModelOptions();
        using Checkpoint checkpoint = Checkpoint.Read(path, options.MemoryLimit);
        return ModelFile.Read(checkpoint, options, best);
    }

    /// <summary>Reads the same from what is left of a stream, which stays open.</summary>
    /// <inheritdoc cref="Load(string, ModelOptions, bool)"/>
    public static Model Load(Stream stream, ModelOptions? options = null, bool best = false)
    {
        options ??= new ModelOptions();
        using Checkpoint checkpoint = Checkpoint.Read(stream, options.MemoryLimit);
        return ModelFile.Read(checkpoint, options, best);
    }

    internal static Model Empty(Graph program, IReadOnlyDictionary<string, int> sizes, ModelOptions options) =>
        new(program, sizes, options, initialise: false);

    /// <summary>Writes Program, sizes, parameters, metadata and vocabularies into one safetensors file, whole or not at all.</summary>
    /// <param name="weights">In 16 bits the file is half as large and all parameters are rounded.</param>
    /// <exception cref="IOException">The file could not be written; a previous one is untouched.</exception>
    /// <exception cref="NotFiniteNumberException">A parameter holds NaN or an infinity, or a number too large for 16 bits; a
    /// previous file is untouched.</exception>
    public void Save(string path, WeightStorage weights = WeightStorage.Single)
    {
        using var checkpoint = new Checkpoint(path);
        ModelFile.Write(this, checkpoint, weights);
        checkpoint.Write(path);
    }

    /// <summary>Writes the same bytes to a stream, which stays open.</summary>
    /// <inheritdoc cref="Save(string, WeightStorage)"/>
    public void Save(Stream stream, WeightStorage weights = WeightStorage.Single)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var checkpoint = new Checkpoint(WholeStream.NameOf(stream));
        ModelFile.Write(this, checkpoint, weights);
        checkpoint.Write(stream);
    }

    /// <summary>Binds the part of the Program that some results need to a length and a batch size.</summary>
    /// <exception cref="GraphException">RNNJ165: there is no such result or given value, or one is both. RNNJ101: a size is
    /// missing.</exception>
    /// <exception cref="ArgumentException">A size is below 1, none of the Program's, or another than parameters have.</exception>
    public Session Open(SessionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        options.CheckSizes(Program, Sizes);
        IReadOnlyList<string> wanted = options.Results.Count > 0 ? options.Results : [Program.Outputs[0].Name];
        if (wanted.FirstOrDefault(name => Program.OutputIndex(name) < 0) is { } unknown)
            throw ProgramCut.Unknown(Program, unknown);
        Graph cut = options.Given.Count > 0 ? ProgramCut.Run(Program, options.Given, wanted) : Program;
        Graph slice = ProgramSlice.Run(cut, output => output.Role == OutputRole.Next || wanted.Contains(output.Name), masks: false);
        return new Session(Executable.Create(slice, OptionsFor(options.Steps, options.Batch, options.Sizes)), options.CarryState);
    }

    /// <summary>Runs the model over whole sequences from zero states.</summary>
    /// <param name="inputs">By name, [T, B, …]; T and B follow from their shapes.</param>
    /// <returns>The model's first result.</returns>
    /// <exception cref="GraphException">RNNJ150, RNNJ151: an input is missing or its shape does not fit.</exception>
    /// <exception cref="UnknownNameException">An input is given that the Program does not have.</exception>
    /// <exception cref="ArgumentException">An input of whole numbers is given another number, such as 1.7 or NaN, or a length is out of
    /// range.</exception>
    public NdArray Run(IReadOnlyDictionary<string, NdArray> inputs)
    {
        if (inputs.Keys.FirstOrDefault(name => Program.InputIndex(name) < 0) is { } unknown)
            throw new UnknownNameException($"Program '{Program.Name}'", "input", unknown,
                Program.Inputs.Where(port => port.Role != PortRole.Parameter).Select(port => port.Name));
        Graph slice =
            ProgramSlice.Run(Program, output => output.Role == OutputRole.Next || output.Name == Program.Outputs[0].Name, masks: false);
        var given = slice.Inputs.Where(port => port.Role is not (PortRole.Parameter or PortRole.State)).ToArray();
        if (given.FirstOrDefault(port => !inputs.ContainsKey(port.Name)) is { } missing)
            throw new GraphException("RNNJ150", $"Input '{missing.Name}' of '{slice.Name}' is missing (give {missing.Type})");
        var probe = new Graph(slice.Kind, slice.Name, given.ToEquatable(), [], []);
        Dictionary<string, int> sizes = SizeBinding.FromShapes(probe, i => inputs[given[i].Name].Shape, Sizes);

        using var session = new Session(
            Executable.Create(slice, OptionsFor(sizes.GetValueOrDefault("T", 1), sizes.GetValueOrDefault("B", 1), sizes)), carry: false);
        foreach (Port port in given)
            session.Input(port.Name).Set(inputs[port.Name].Data, port.Name);
        session.Run();
        return session.Output(Program.Outputs[0].Name).ToNdArray();
    }

    /// <summary>Gives one time step of one sequence and carries the state: x [X] ⇒ the model's first result, valid until the next step.
    /// Allocates on the first call only.</summary>
    /// <exception cref="ArgumentException">x has another length than the model's input, or the result needs another input too.</exception>
    /// <exception cref="GraphException">RNNJ195: the result of a step depends on later ones, as in a layer that runs backwards, rows have
    /// lengths, or a layer begins with trained states.</exception>
    public Tensor Step(ReadOnlySpan<float> x) => Stepper.Step(x);

    /// <summary>Gives one code, for a model that begins with an embedding; see <see cref="Step(ReadOnlySpan{float})"/>.</summary>
    /// <inheritdoc cref="Step(ReadOnlySpan{float})" path="/exception"/>
    public Tensor Step(int code) => Stepper.Step(code);

    /// <summary>Makes the state that <see cref="Step(int)"/> carries zero.</summary>
    public void ResetState() => stepper?.State.Reset();

    /// <summary>The options with which a part of the model is made executable.</summary>
    /// <param name="more">Further symbols of the Program.</param>
    internal ExecutableOptions OptionsFor(int steps, int batch, IReadOnlyDictionary<string, int>? more = null) => new()
    {
        Sizes = SizesOf(steps, batch, more),
        Device = Options.Device,
        Precision = Options.Precision,
        Threads = Options.Threads,
        RowLanes = Options.RowLanes,
        Weights = Options.Weights,
        Kernels = Options.Kernels,
        KernelPolicy = Options.KernelPolicy,
        MemoryLimit = Options.MemoryLimit,
        Shared = Parameters,
    };

    private Dictionary<string, int> SizesOf(int steps, int batch, IReadOnlyDictionary<string, int>? more)
    {
        var sizes = new Dictionary<string, int>();
        foreach (var (symbol, size) in Sizes)
        {
            if (more?.ContainsKey(symbol) != true)
                sizes[symbol] = size;
        }

        if (more is not null)
        {
            foreach (var (symbol, size) in more)
                sizes[symbol] = size;
        }

        sizes["T"] = steps;
        sizes["B"] = batch;
        return sizes;
    }

    /// <summary>Frees the parameters. Sessions, trainers and streams of the model throw <see cref="ObjectDisposedException"/> from their
    /// next run on, tensors at once.</summary>
    public void Dispose()
    {
        stepper?.Dispose();
        block.Dispose();
    }

    private Session Stepper => stepper ??= NewStepper();

    private Session NewStepper()
    {
        Graph part = ProgramSlice.Run(Program, output => output.Name == Program.Outputs[0].Name, masks: false);
        StepCheck.Run(part, lengths: false);
        return StepCheck.Others(part).FirstOrDefault() is { } other
            ? throw new ArgumentException($"Step gives one input and '{Program.Name}' reads '{other.Name}' too "
                + "(open a session with Open and fill its inputs, or use StreamingModel)")
            : Open(new SessionOptions { CarryState = true });
    }
}
