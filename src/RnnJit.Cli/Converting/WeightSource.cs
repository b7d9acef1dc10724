using RnnJit.Files;
using RnnJit.Import;
using RnnJit.Networks;

namespace RnnJit.Cli.Converting;

/// <summary>A file that <c>convert</c> reads: weights under names of another library, or a model.</summary>
internal sealed class WeightSource
{
    private readonly string path;
    private readonly IReadOnlyDictionary<string, SafetensorsTensor> weights;

    private WeightSource(string path, Library library, IReadOnlyDictionary<string, SafetensorsTensor> weights) =>
        (this.path, Library, this.weights) = (path, library, weights);

    public Library Library { get; }

    /// <exception cref="UsageException">The names are of no library that is known.</exception>
    public static WeightSource Read(string path)
    {
        IReadOnlyDictionary<string, SafetensorsTensor> weights = WeightFiles.Read(path, out IReadOnlyDictionary<string, string> texts);
        if (texts.TryGetValue("format", out string? format) && format.StartsWith("rnnjit", StringComparison.Ordinal))
            return new WeightSource(path, Library.RnnJit, weights);
        if (weights.Keys.Any(name => name.Contains("weight_hh_l", StringComparison.Ordinal)))
            return new WeightSource(path, Library.PyTorch, weights);
        if (weights.Keys.Any(name => name.Contains("recurrent_kernel", StringComparison.Ordinal)))
            return new WeightSource(path, Library.Keras, weights);
        string found = weights.Count == 0 ? "no tensor" : string.Join(", ", weights.Keys.Take(5).Select(name => $"'{name}'"));
        throw new UsageException(
            $"'{path}' has {found} and neither weight_hh_l0 of PyTorch nor recurrent_kernel of Keras (it holds no recurrent layer)");
    }

    /// <summary>The model of the weights.</summary>
    public Model Open(PyTorchOptions torch, KerasOptions keras, ModelOptions? options = null) => Library switch
    {
        Library.RnnJit => Model.Load(path, options),
        Library.PyTorch => Model.FromPyTorch(weights, torch, options),
        _ => Model.FromKeras(weights, keras, options),
    };
}
