using RnnJit.Ir;
using RnnJit.Runtime;

namespace RnnJit.Networks;

/// <summary>
/// A model compiled for one time step at a time. Code and packed weights are shared; each stream has a <see cref="StreamState"/>. Different
/// states may be stepped concurrently, each by one thread at a time; a step takes no lock and allocates nothing. The results of T steps are
/// bit for bit those of one run over T steps.
/// </summary>
/// <remarks>The parameters stay the model's: keep the model until the last step, and call <see cref="Refresh"/> after they
/// changed.</remarks>
public sealed unsafe partial class StreamingModel : IDisposable
{
    private readonly Model? owner;
    private readonly StreamedProgram program;
    private readonly ExecutableOptions options;
    private readonly StreamExecutable plan;
    private readonly byte[] beginning;

    /// <summary>Compiles a model for streams.</summary>
    /// <param name="batch">B: streams that one state carries side by side.</param>
    /// <param name="results">Names of results; none: the model's first one.</param>
    /// <exception cref="GraphException">RNNJ165, RNNJ195, RNNJ207: there is no such result, it cannot be known step by step, or a
    /// stream takes more than 2 GB.</exception>
    public StreamingModel(Model model, int batch = 1, params string[] results)
        : this(model.Program, model.OptionsFor(steps: 1, batch), results) => owner = model;

    /// <summary>
    /// Compiles the part of a model between given values and results for streams, as <see cref="Model.Open"/> does for sessions.
    /// </summary>
    /// <param name="options">One step; Given, Results and Sizes count, and states are always carried.</param>
    /// <param name="time">The symbol that is stepped along, such as S of a decoder.</param>
    /// <exception cref="GraphException">RNNJ165, RNNJ195, RNNJ207: there is no such value, it cannot be known step by step, or a stream
    /// takes more than 2 GB.</exception>
    /// <exception cref="ArgumentException">A size is below 1, none of the Program's, or another than parameters have.</exception>
    public StreamingModel(Model model, SessionOptions options, string time = "T")
        : this(StreamedPart.Of(model, options, time),
            model.OptionsFor(options.Steps, options.Batch, StreamedPart.Sizes(options, time)), [.. options.Results]) =>
        owner = model;

    /// <summary>Compiles a Program, such as a single cell over T, for streams.</summary>
    /// <param name="options">Sizes of all symbols except T; parameters that are not shared are allocated here, see <see cref="Parameter"/>.
    /// A step runs on one thread.</param>
    /// <param name="results">Names of results; none: the Program's first one.</param>
    /// <exception cref="GraphException">RNNJ101, RNNJ165, RNNJ195, RNNJ207: a size is missing, there is no such result, it cannot be known
    /// step by step, or a stream takes more than 2 GB.</exception>
    /// <exception cref="ArgumentException">A size is not positive, or the backend is the interpreter.</exception>
    public StreamingModel(Graph program, ExecutableOptions options, params string[] results)
    {
        if (options.Sizes.FirstOrDefault(size => size.Value < 1) is { Key: not null } size)
            throw new ArgumentException($"'{size.Key}' is {size.Value}, wanted at least 1 (give a positive size)", nameof(options));
        if (BackendRegistry.Of(options.Device) is not CpuBackend backend)
            throw new ArgumentException($"The device '{options.Device}' has no streams (choose the device cpu or scalar)", nameof(options));

        this.program = StreamedProgram.Of(program, results.Length > 0 ? results : [program.Outputs[0].Name]);
        this.options = options with { Sizes = new Dictionary<string, int>(options.Sizes) { [StreamCheck.Time.AsSymbol!] = 1 } };
        plan = backend.CreateStream(this.program.Step, this.options);
        beginning = new byte[StateBytes(program)];
        ranges = Ranges().ToArray();
        input = Port();
        other = StepCheck.Others(this.program.Step).FirstOrDefault(port => port.Type.Dims.Any(StreamCheck.IsTimed))?.Name;
        result = plan.Output(this.program.Step.Outputs[0].Name).Place;
        (InputLength, OutputLength) = (input.Length, (int)(result.Bytes / RealSize));
        fingerprint = Fingerprint();
        Begin();
    }

    /// <summary>Numbers, or integers, of one step of the first input: B rows one after the other.</summary>
    public int InputLength { get; }

    /// <summary>Numbers of one step of the first result.</summary>
    public int OutputLength { get; }

    /// <summary>Bytes of one state: carried values, inputs, and scratch of a step.</summary>
    public long BytesPerState => plan.Bytes;

    /// <summary>Bytes that all states share besides the parameters: packed weights, constants.</summary>
    public long SharedBytes => plan.SharedBytes;

    /// <summary>
    /// The names of the values carried from step to step, which are those of the initial states, such as <c>layer0.h0</c>.
    /// </summary>
    public IReadOnlyList<string> StateNames => program.States.Select(state => state.Name).ToArray();

    /// <summary>The instructions of a step, in order.</summary>
    public IReadOnlyList<string> Instructions => plan.Instructions.Select(instruction => instruction.Describe).ToArray();

    internal StreamExecutable Plan => plan;

    internal ReadOnlySpan<byte> Beginning => beginning;

    /// <summary>A trained tensor. After writing to it, call <see cref="Refresh"/>.</summary>
    /// <exception cref="UnknownNameException">The results need no such parameter.</exception>
    public Tensor Parameter(string name) => plan.Parameter(name);

    /// <summary>A stream at its beginning.</summary>
    /// <exception cref="ObjectDisposedException">This, or the model with the parameters, was disposed.</exception>
    public StreamState NewState()
    {
        plan.RequireMemory();
        return new StreamState(this);
    }

    /// <summary>Applies changed parameters: packs weights again and recomputes values that depend on parameters alone. Must not be called
    /// while a step runs. States are not changed.</summary>
    public void Refresh()
    {
        plan.Refresh();
        Begin();
    }

    /// <summary>Frees the shared code and weights; must not be called while a step runs. A later step throws
    /// <see cref="ObjectDisposedException"/>; states keep their values until they are disposed.</summary>
    public void Dispose() => plan.Dispose();

    // Snapshots are arrays, and an int counts their bytes.
    private long StateBytes(Graph of)
    {
        if (plan.Bytes <= Array.MaxLength)
            return plan.Bytes;
        plan.Dispose();
        throw new GraphException("RNNJ207",
            $"A stream of '{of.Name}' takes {plan.Bytes} bytes, wanted at most {Array.MaxLength} (make the batch or other sizes smaller)");
    }

    // First values that parameters decide; the others are 0.
    private void Begin()
    {
        if (program.Start is null)
            return;

        using Executable start = Executable.Create(program.Start, options with
        {
            Threads = 1,
            Shared = program.Start.Inputs.Where(port => port.Role == PortRole.Parameter)
                .ToDictionary(port => port.Name, port => plan.Parameter(port.Name)),
        });
        start.Run();
        foreach (StreamedState state in program.States.Where(state => state.Start is not null))
        {
            ByteRange place = plan.Input(state.Name).Place;
            new ReadOnlySpan<byte>(start.Output(state.Start!).Data, (int)place.Bytes).CopyTo(beginning.AsSpan((int)place.Offset));
        }
    }
}
