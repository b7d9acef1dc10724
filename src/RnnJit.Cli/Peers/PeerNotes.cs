using RnnJit.Cli.Layers;
using RnnJit.Runtime;

namespace RnnJit.Cli.Peers;

/// <summary>What peers do otherwise than we, so that a reader sees what is compared.</summary>
internal static class PeerNotes
{
    /// <param name="measured">Layers, each with the turns of all tools.</param>
    /// <returns>A sentence each.</returns>
    public static IReadOnlyList<string> Of(IEnumerable<(LayerRequest Layer, PeerTurns Turns)> measured)
    {
        var compared = measured.Where(pair => pair.Turns.Peers.Count > 0).ToArray();
        return [.. compared.Select(pair => pair.Layer.Weights).Where(weights => weights != WeightStorage.Single).Distinct()
            .Select(weights => $"Peers read float32 weights where ours are stored as {WeightsFlag.Name(weights)}.")];
    }
}
