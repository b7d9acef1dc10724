using System.Text.Json;
using RnnJit.Ir;

namespace RnnJit.Verification;

/// <summary>A reference case computed by another implementation: a network's inputs and expected outputs. Tensors are row-major.</summary>
/// <param name="Config">Sizes and options, as the file states them.</param>
/// <param name="LossWeights">Of the outputs; the loss is Σ weight · output over all outputs. Empty where
/// the kind has a loss of its own.</param>
/// <param name="Targets">What losses compare outputs with, and their class weights.</param>
/// <param name="Expected">By precision, <c>float64</c> and <c>float32</c>.</param>
/// <param name="Spread">The largest difference between the two precisions, null where the file states none.</param>
internal sealed record GoldenCase(
    string Name,
    string Kind,
    JsonElement Config,
    IReadOnlyDictionary<string, NdArray> Inputs,
    IReadOnlyDictionary<string, NdArray> Ints,
    IReadOnlyDictionary<string, NdArray> Params,
    IReadOnlyDictionary<string, NdArray> LossWeights,
    IReadOnlyDictionary<string, NdArray> Targets,
    JsonElement Expected,
    double? Spread)
{
    /// <summary>All that a program may take, by name.</summary>
    public Dictionary<string, NdArray> Given =>
        Inputs.Concat(Ints).Concat(Params).Concat(Targets).ToDictionary(pair => pair.Key, pair => pair.Value);

    public bool Flag(string name) => Config.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.True;

    /// <summary>A number of the configuration, 0 where it is absent or null.</summary>
    public int Number(string name) =>
        Config.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? GoldenReader.Int(value, name) : 0;
}
