using RnnJit.Files;

namespace RnnJit.Networks;

public sealed partial class Model
{
    /// <summary>
    /// A model of the weights of Keras' <c>LSTM</c>, <c>GRU</c> or <c>SimpleRNN</c> layers, an npz or safetensors file under Keras' names
    /// (<c>lstm/kernel</c>, <c>bidirectional/forward_lstm/lstm_cell/bias:0</c>). Cells, layers, directions, sizes and biases follow from
    /// names and shapes; one <c>Embedding</c> before them and one <c>Dense</c> behind them are read too, without their activations.
    /// </summary>
    /// <param name="model">Precision is the file's: F64 where all weights are, else F32, unless these options are given.</param>
    /// <returns>A model with input <c>x</c> [B, T, X] (or codes i32[B, T]) and result <c>y</c> [B, T, ·]; its layers have Keras'
    /// names.</returns>
    /// <exception cref="ForeignWeightsException">A weight is missing, surplus, of another shape or type, or not finite.</exception>
    /// <exception cref="SafetensorsException">The file is missing or malformed.</exception>
    /// <exception cref="WeightFileException">The file is missing or malformed.</exception>
    public static Model FromKeras(string path, KerasOptions? options = null, ModelOptions? model = null) =>
        FromKeras(WeightFile.Read(path), options, model, $"'{path}'");

    /// <summary>The same of what is left of a stream, which stays open.</summary>
    /// <inheritdoc cref="FromKeras(string, KerasOptions, ModelOptions)"/>
    public static Model FromKeras(Stream stream, KerasOptions? options = null, ModelOptions? model = null) =>
        FromKeras(WeightFile.Read(stream), options, model, $"'{WholeStream.NameOf(stream)}'");

    /// <summary>The same for weights in memory, in the order of the file.</summary>
    /// <inheritdoc cref="FromKeras(string, KerasOptions, ModelOptions)"/>
    public static Model FromKeras(
        IReadOnlyDictionary<string, SafetensorsTensor> weights, KerasOptions? options = null, ModelOptions? model = null) =>
        FromKeras(weights, options, model, "The weights");

    /// <summary>Reads weights of Keras into this model, whose layers have Keras' names: a layer <c>lstm</c> has <c>lstm/kernel</c> and
    /// the rest.</summary>
    /// <inheritdoc cref="FromKeras(string, KerasOptions, ModelOptions)" path="/exception"/>
    public void ReadKeras(string path) => ReadKeras(WeightFile.Read(path), $"'{path}'");

    /// <summary>The same of what is left of a stream, which stays open.</summary>
    /// <inheritdoc cref="ReadKeras(string)"/>
    public void ReadKeras(Stream stream) => ReadKeras(WeightFile.Read(stream), $"'{WholeStream.NameOf(stream)}'");

    /// <summary>The same for weights in memory.</summary>
    /// <inheritdoc cref="ReadKeras(string)"/>
    public void ReadKeras(IReadOnlyDictionary<string, SafetensorsTensor> weights) => ReadKeras(weights, "The weights");

    /// <summary>
    /// Writes the parameters under Keras' names and in its shapes, as npz or, where the name ends so, safetensors; what <c>FromKeras</c>
    /// read comes out bit for bit, under names without the cell's (<c>lstm/kernel</c>). Where Keras has one bias and the model two, it is
    /// their sum.
    /// </summary>
    /// <exception cref="ForeignWeightsException">The model has a parameter that Keras has no place for.</exception>
    /// <exception cref="IOException">The file could not be written; a previous one is untouched.</exception>
    public void ToKeras(string path)
    {
        if (Path.GetExtension(path).Equals(".safetensors", StringComparison.OrdinalIgnoreCase))
            SafetensorsFile.Write(path, ToKeras());
        else
            NpzFile.Write(path, ToKeras());
    }

    /// <summary>Writes them to a stream as npz; the stream stays open.</summary>
    /// <inheritdoc cref="ToKeras(string)"/>
    public void ToKeras(Stream stream) => NpzFile.Write(stream, ToKeras());

    /// <summary>The parameters under Keras' names and in its shapes.</summary>
    /// <exception cref="ForeignWeightsException">The model has a parameter that Keras has no place for.</exception>
    public IReadOnlyList<KeyValuePair<string, SafetensorsTensor>> ToKeras() => ForeignTransfer.Write(this, KerasMap.Of(Program, Sizes));

    /// <summary>The tensors of <see cref="ToKeras()"/> with the parameters that they are made of.</summary>
    /// <exception cref="ForeignWeightsException">The model has a parameter that Keras has no place for.</exception>
    public IReadOnlyList<WeightPlace> KerasPlaces() => KerasMap.Of(Program, Sizes).ToPlaces();

    private static Model FromKeras(
        IReadOnlyDictionary<string, SafetensorsTensor> weights, KerasOptions? options, ModelOptions? model, string source)
    {
        OrderedDictionary<string, SafetensorsTensor> named = KerasNames.Canonical(weights, source);
        return Of(new KerasNetwork(named, options ?? new KerasOptions(), source).Build(), KerasMap.Of, named, model, source);
    }

    private void ReadKeras(IReadOnlyDictionary<string, SafetensorsTensor> weights, string source)
    {
        OrderedDictionary<string, SafetensorsTensor> named = KerasNames.Canonical(weights, source);
        ForeignMap map = KerasMap.Of(Program, Sizes);
        ForeignTransfer.Check(map, named, source);
        ForeignTransfer.Read(this, map, named, source);
    }
}
