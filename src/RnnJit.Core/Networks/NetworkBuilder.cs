using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Networks;

/// <summary>
/// Builds the Program of a network: embeddings, recurrent layers of any cell, dense heads, losses. Sequences are [T, B, …].
/// Inputs, trained parameters and sizes are declared as layers are added; equations of one's own go between them
/// with the functions of <see cref="Rnn"/>.
/// </summary>
/// <param name="name">The name of the Program.</param>
public sealed partial class NetworkBuilder(string name)
{
    private readonly Dictionary<string, int> sizes = new(StringComparer.Ordinal);
    private readonly HashSet<string> inputNames = new(StringComparer.Ordinal);
    private readonly HashSet<string> outputNames = new(StringComparer.Ordinal);
    private readonly List<(string Name, Value Value, OutputRole Role)> results = [];
    private readonly List<(string Name, Value Value)> named = [];
    private readonly List<(string Name, Value Value, OutputRole Role)> statistics = [];
    private readonly List<(string Name, Value Value, OutputRole Role)> states = [];

    /// <summary>The graph under construction.</summary>
    public GraphBuilder Graph { get; } = new();

    /// <summary>The sizes declared so far, by symbol.</summary>
    public IReadOnlyDictionary<string, int> Sizes => sizes;

    /// <summary>A dimension with a name: kernels are the same for every size of it.</summary>
    /// <exception cref="GraphException">RNNJ161: the symbol has another size already, or the size is not positive.</exception>
    public Dim Size(string symbol, int size)
    {
        if (size < 1)
            throw new GraphException("RNNJ161", $"The size of '{symbol}' is {size} (give a positive number)");
        if (sizes.TryGetValue(symbol, out int known) && known != size)
            throw new GraphException("RNNJ161", $"'{symbol}' has size {known}, found {size} (use another symbol)");
        sizes[symbol] = size;
        return Dim.Symbol(symbol);
    }

    /// <summary>Numbers given at each run, for instance <c>Input("x", "T", "B", 3)</c>.</summary>
    public Value Input(string name, params Dim[] dims) => Declare(name, new TensorType(ElementType.F32, dims), PortRole.Input);

    /// <summary>Integers given at each run, for instance character codes i32[T, B].</summary>
    public Indices Indices(string name, params Dim[] dims) => new(Declare(name, new TensorType(ElementType.I32, dims), PortRole.Input));

    /// <summary>A trained tensor. Layers share it by reading it more than once; its gradient is the sum of theirs.</summary>
    /// <param name="init">glorot, orthogonal, identity, uniform, uniform01, zeros, ones or a number.</param>
    /// <exception cref="GraphException">RNNJ014: the initialiser is unknown. RNNJ164: the name is taken.</exception>
    public Value Parameter(string name, string init, params Dim[] dims)
    {
        CellInit.Require($"Network '{this.Name}'", name, init);
        return Declare(name, new TensorType(ElementType.F32, dims), PortRole.Parameter, init);
    }

    /// <summary>A vector for each code: index i32[…] ⇒ f32[…, width]; trains <c>NAME.table</c> [rows, width].</summary>
    /// <param name="init">The initialiser of the table: one of <see cref="CellInit.Kinds"/> (uniform is ±1 / √width) or a number.</param>
    /// <exception cref="GraphException">RNNJ014: the initialiser is unknown. RNNJ164: the name is taken.</exception>
    public Value Embedding(string name, Indices index, Dim rows, Dim width, string init = "uniform") =>
        Rnn.Gather(new Matrix(Parameter(name + ".table", init, rows, width)), index);

    /// <summary>y = W x + b over the last axis: x […, X] ⇒ […, outputs]; trains <c>NAME.W</c> [outputs, X]
    /// and <c>NAME.b</c> [outputs].</summary>
    /// <param name="init">The initialiser of W: one of <see cref="CellInit.Kinds"/> (uniform is ±1 / √X) or a number.</param>
    /// <param name="biasInit">The initialiser of b.</param>
    /// <exception cref="GraphException">RNNJ014: an initialiser is unknown. RNNJ164: the name is taken.</exception>
    public Value Dense(string name, Value x, Dim outputs, string init = "glorot", string biasInit = "zeros")
    {
        var w = new Matrix(Parameter(name + ".W", init, outputs, x.Type.Dims[x.Type.Rank - 1]));
        return (w * x) + Parameter(name + ".b", biasInit, outputs);
    }

    /// <summary>
    /// A convolution along an axis, time unless another one is given: y[t] = Σⱼ Wⱼ x[t + j − before] + b, over the channels of the last
    /// axis: one product of W with the windows of <see cref="Rnn.Windows"/>, [T, B, C] ⇒ [T', B, outputs], where T' is T, or T − width + 1
    /// without padding. Trains <c>NAME.W</c> [outputs, width · C], the blocks Wⱼ concatenated in order of j, and <c>NAME.b</c> [outputs].
    /// </summary>
    /// <param name="init">The initialiser of W.</param>
    /// <exception cref="GraphException">
    /// RNNJ126: the width or the axis is not usable. RNNJ014: the initialiser is unknown. RNNJ164: the name is taken.
    /// </exception>
    public Value Convolution(
        string name, Value x, Dim outputs, int width, ConvolutionPadding padding = ConvolutionPadding.Same, int axis = 0,
        string init = "glorot") =>
        Dense(name, Rnn.Windows(x, axis, width, padding), outputs, init);

    /// <summary>
    /// Inverted dropout: x times a mask that is 0 with this probability, else 1 / (1 − p). The mask is the input <c>NAME.mask</c>,
    /// which a <c>Trainer</c> fills at each step and which is 1 outside training. Rate 0 gives x itself.
    /// </summary>
    /// <exception cref="GraphException">RNNJ163: the rate is not in [0, 1).</exception>
    public Value Dropout(string name, Value x, double rate)
    {
        if (MaskPort.Require(name, rate) == 0)
            return x;

        return x * Declare(name + ".mask", x.Type, PortRole.Input, MaskPort.Dropout(name, rate));
    }

    /// <summary>[B, T, …] ⇒ [T, B, …] and back: sequences run over the first axis.</summary>
    public Value SwapBatchAndTime(Value x) => Graph.Add(new TransposeOp([1, 0, .. Enumerable.Range(2, x.Type.Rank - 2)]), x);

    /// <summary>One sequence as a batch of one: [T, …] ⇒ [T, 1, …].</summary>
    public Value AddBatch(Value x) => Graph.Add(new ReshapeOp([x.Type.Dims[0], 1, .. x.Type.Dims.Skip(1)]), x);

    /// <summary>The only sequence of a batch of one: [T, 1, …] ⇒ [T, …].</summary>
    public Value DropBatch(Value x) => Graph.Add(new ReshapeOp([x.Type.Dims[0], .. x.Type.Dims.Skip(2)]), x);

    /// <summary>Names a result of the Program. <c>Model.Step</c> returns the first one; training minimises the scalar
    /// <c>loss</c>.</summary>
    public Value Output(string name, Value value)
    {
        if (!outputNames.Add(name))
            throw new GraphException("RNNJ164", $"'{name}' is declared twice in network '{this.Name}' (choose another name)");
        results.Add((name, value, OutputRole.Result));
        return value;
    }

    /// <summary>
    /// Names a value that a session may take as an input or compute as a result: an encoder's memory, a mask, a context. The value is
    /// computed only in sessions whose results need it. Start states that are computed or trained have names of their own, <c>LAYER.h0</c>
    /// and <c>LAYER.h.start0</c>.
    /// </summary>
    /// <exception cref="GraphException">RNNJ164: an input or output has the name.</exception>
    public Value Named(string valueName, Value value)
    {
        if (inputNames.Contains(valueName) || !outputNames.Add(valueName))
            throw new GraphException("RNNJ164", $"'{valueName}' is declared twice in network '{name}' (choose another name)");
        named.Add((valueName, value));
        return value;
    }

    /// <summary>The name of the Program.</summary>
    public string Name => name;

    /// <summary>The Program: results, named values, running statistics, then final states in the order of the initial ones.</summary>
    /// <exception cref="GraphException">RNNJ164: there is no output.</exception>
    public Graph Build() => results.Count > 0
        ? Graph.Build("program", name, results.Concat(AllNamed()).Concat(statistics).Concat(states))
        : throw new GraphException("RNNJ164", $"Network '{name}' has no output (call Output)");

    // Names of start states give way to names that the user chose.
    private IEnumerable<(string Name, Value Value, OutputRole Role)> AllNamed()
    {
        var starts = startStates.Where(pair => !outputNames.Contains(pair.Name) && !inputNames.Contains(pair.Name));
        return named.Concat(starts).Select(pair => (pair.Name, pair.Value, OutputRole.Result));
    }

    private Value Declare(string port, TensorType type, PortRole role, string init = "") => inputNames.Add(port)
        ? Graph.Input(port, type, role, init)
        : throw new GraphException("RNNJ164", $"'{port}' is declared twice in network '{name}' (choose another name)");
}
