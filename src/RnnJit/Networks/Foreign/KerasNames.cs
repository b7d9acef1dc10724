using System.Text.RegularExpressions;
using RnnJit.Files;

namespace RnnJit.Networks;

/// <summary>
/// Names of Keras' weights: <c>lstm_1/lstm_cell/kernel</c>, <c>bidirectional/forward_lstm/lstm_cell/bias:0</c>. Folders before the layer's
/// name and the cell's name are left out; a direction is <c>forward_layer</c> or <c>backward_layer</c>.
/// </summary>
internal static partial class KerasNames
{
    public const string Kernel = "kernel", Recurrent = "recurrent_kernel", Bias = "bias", Table = "embeddings";

    private const string Forward = "forward_layer", Backward = "backward_layer";

    /// <summary>The name of a weight of a layer.</summary>
    /// <param name="reverse">The direction of a layer of two; null for a layer of one.</param>
    public static string Of(string layer, bool? reverse, string kind) =>
        reverse is { } backward ? $"{layer}/{(backward ? Backward : Forward)}/{kind}" : $"{layer}/{kind}";

    /// <summary>The weights under the names of this class, in the order of the file.</summary>
    /// <exception cref="ForeignWeightsException">Two weights have one name, or a name cannot be one of a layer.</exception>
    public static OrderedDictionary<string, SafetensorsTensor> Canonical(IReadOnlyDictionary<string, SafetensorsTensor> weights,
        string source)
    {
        var named = new OrderedDictionary<string, SafetensorsTensor>(StringComparer.Ordinal);
        foreach (var (name, tensor) in weights)
        {
            string canonical = Canonical(name);
            if (!named.TryAdd(canonical, tensor))
                throw new ForeignWeightsException(
                    $"{source} has two weights of '{canonical}', '{name}' is one of them (give each layer a name of its own)");
        }

        return named;
    }

    private static string Canonical(string name)
    {
        string[] parts = [.. Number().Replace(name, "").Split('/').Where(part => part.Length > 0)];
        if (parts.Length < 2)
            return name;
        string kind = parts[^1];
        int layer = parts.Length - 2;
        if (layer > 0 && Cell().IsMatch(parts[layer]))
            layer--;
        if (layer > 0 && Direction().Match(parts[layer]) is { Success: true } match)
            return Of(parts[layer - 1], match.Value == "backward_", kind);
        return Of(parts[layer], null, kind);
    }

    [GeneratedRegex(@":\d{1,4}\z")]
    private static partial Regex Number();

    [GeneratedRegex(@"^(?:(?:lstm|gru|simple_rnn)_)?cell(?:_\d{1,4})?\z")]
    private static partial Regex Cell();

    [GeneratedRegex("^(?:forward_|backward_)")]
    private static partial Regex Direction();
}
