using RnnJit.Files;
using RnnJit.Ir;

namespace RnnJit.Networks;

public sealed partial class Model
{
    /// <summary>
    /// A model of the weights of <c>torch.nn.LSTM</c>, <c>GRU</c> or <c>RNN</c>: a state dict as a safetensors file. Cell, layers,
    /// directions, sizes, projection and biases follow from names and shapes; one embedding before the layers (<c>emb.weight</c>, without
    /// bias) and one dense layer behind them (<c>fc.weight</c>) are read too.
    /// </summary>
    /// <param name="model">Precision is the file's: F64 where all tensors are, else F32, unless these options are given.</param>
    /// <returns>
    /// A model with input <c>x</c> [T, B, X] (or codes i32[T, B] for an embedding), result <c>y</c> [T, B, ·], and final states <c>hn</c>
    /// and <c>cn</c> [layers · directions, B, ·]; its layers are called <c>MODULE.l0</c>, <c>MODULE.l1</c>, ….
    /// </returns>
    /// <exception cref="ForeignWeightsException">A tensor is missing, surplus, of another shape or type, or not finite.</exception>
    /// <exception cref="SafetensorsException">The file is missing or malformed.</exception>
    public static Model FromPyTorch(string path, PyTorchOptions? options = null, ModelOptions? model = null) =>
        FromPyTorch(WeightFile.Read(path), options, model, $"'{path}'");

    /// <summary>The same of what is left of a stream, which stays open.</summary>
    /// <inheritdoc cref="FromPyTorch(string, PyTorchOptions, ModelOptions)"/>
    public static Model FromPyTorch(Stream stream, PyTorchOptions? options = null, ModelOptions? model = null) =>
        FromPyTorch(WeightFile.Read(stream), options, model, $"'{WholeStream.NameOf(stream)}'");

    /// <summary>The same for a state dict in memory, for instance one that the package RnnJit.Import read.</summary>
    /// <inheritdoc cref="FromPyTorch(string, PyTorchOptions, ModelOptions)"/>
    public static Model FromPyTorch(
        IReadOnlyDictionary<string, SafetensorsTensor> weights, PyTorchOptions? options = null, ModelOptions? model = null) =>
        FromPyTorch(weights, options, model, "The state dict");

    /// <summary>Reads a state dict of PyTorch into this model, whose layers have the names of its modules: a dense layer <c>fc</c> has
    /// <c>fc.weight</c> and <c>fc.bias</c>, a layer <c>rnn</c>, <c>rnn0</c> or <c>rnn.l0</c> has <c>rnn.weight_ih_l0</c> and the
    /// rest. One bias of a cell here becomes the sum of PyTorch's two.</summary>
    /// <param name="prefix">As <see cref="PyTorchOptions.Prefix"/>.</param>
    /// <inheritdoc cref="FromPyTorch(string, PyTorchOptions, ModelOptions)" path="/exception"/>
    public void ReadPyTorch(string path, string prefix = "") => ReadPyTorch(WeightFile.Read(path), prefix, $"'{path}'");

    /// <summary>The same of what is left of a stream, which stays open.</summary>
    /// <inheritdoc cref="ReadPyTorch(string, string)"/>
    public void ReadPyTorch(Stream stream, string prefix = "") =>
        ReadPyTorch(WeightFile.Read(stream), prefix, $"'{WholeStream.NameOf(stream)}'");

    /// <summary>The same for a state dict in memory.</summary>
    /// <inheritdoc cref="ReadPyTorch(string, string)"/>
    public void ReadPyTorch(IReadOnlyDictionary<string, SafetensorsTensor> weights, string prefix = "") =>
        ReadPyTorch(weights, prefix, "The state dict");

    /// <summary>
    /// Writes the parameters as a state dict of PyTorch, a safetensors file: what <c>FromPyTorch</c> read comes out bit for bit. Where a
    /// cell has one bias, PyTorch's second one is 0.
    /// </summary>
    /// <exception cref="ForeignWeightsException">The model has a parameter that PyTorch has no place for.</exception>
    /// <exception cref="IOException">The file could not be written; a previous one is untouched.</exception>
    public void ToPyTorch(string path) => SafetensorsFile.Write(path, ToPyTorch(), [new("format", "pt")]);

    /// <summary>Writes the same bytes to a stream, which stays open.</summary>
    /// <inheritdoc cref="ToPyTorch(string)"/>
    public void ToPyTorch(Stream stream) => SafetensorsFile.Write(stream, ToPyTorch(), [new("format", "pt")]);

    /// <summary>The parameters as a state dict of PyTorch, in the order of the modules.</summary>
    /// <exception cref="ForeignWeightsException">The model has a parameter that PyTorch has no place for.</exception>
    public IReadOnlyList<KeyValuePair<string, SafetensorsTensor>> ToPyTorch() => ForeignTransfer.Write(this, TorchMap.Of(Program, Sizes));

    /// <summary>The tensors of <see cref="ToPyTorch()"/> with the parameters that they are made of.</summary>
    /// <exception cref="ForeignWeightsException">The model has a parameter that PyTorch has no place for.</exception>
    public IReadOnlyList<WeightPlace> PyTorchPlaces() => TorchMap.Of(Program, Sizes).ToPlaces();

    private static Model FromPyTorch(
        IReadOnlyDictionary<string, SafetensorsTensor> weights, PyTorchOptions? options, ModelOptions? model, string source)
    {
        options ??= new PyTorchOptions();
        weights = ForeignPrefix.Of(weights, options.Prefix, source);
        return Of(TorchNetwork.Build(weights, options, source), TorchMap.Of, weights, model, source);
    }

    private void ReadPyTorch(IReadOnlyDictionary<string, SafetensorsTensor> weights, string prefix, string source)
    {
        weights = ForeignPrefix.Of(weights, prefix, source);
        ForeignMap map = TorchMap.Of(Program, Sizes);
        ForeignTransfer.Check(map, weights, source);
        ForeignTransfer.Read(this, map, weights, source);
    }

    // Names and shapes are checked before memory is taken, so that a model is no larger than its file.
    private static Model Of(
        NetworkBuilder net, Func<Graph, IReadOnlyDictionary<string, int>, ForeignMap> mapped,
        IReadOnlyDictionary<string, SafetensorsTensor> weights, ModelOptions? options, string source)
    {
        Graph program = net.Build();
        ForeignMap map = mapped(program, net.Sizes);
        ForeignTransfer.Check(map, weights, source);
        options ??= new ModelOptions
        {
            Precision = weights.Values.All(tensor => tensor.Dtype == SafetensorsDtype.F64) ? ElementType.F64 : ElementType.F32,
        };
        Model made = Empty(program, net.Sizes, options);
        try
        {
            ForeignTransfer.Read(made, map, weights, source);
            return made;
        }
        catch
        {
            made.Dispose();
            throw;
        }
    }
}
