using RnnJit.Files;

namespace RnnJit.Networks;

/// <summary>A part of a file of weights: those under a name.</summary>
internal static class ForeignPrefix
{
    /// <exception cref="ForeignWeightsException">No name begins so.</exception>
    public static IReadOnlyDictionary<string, SafetensorsTensor> Of(
        IReadOnlyDictionary<string, SafetensorsTensor> weights, string prefix, string source)
    {
        if (prefix.Length == 0)
            return weights;
        Dictionary<string, SafetensorsTensor> part = weights.Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal))
            .ToDictionary(pair => pair.Key[prefix.Length..], pair => pair.Value, StringComparer.Ordinal);
        return part.Count > 0 ? part : throw new ForeignWeightsException(
            $"{source} has no tensor whose name begins with '{prefix}' (found: {string.Join(", ", weights.Keys.Take(5))}; change Prefix)");
    }
}
