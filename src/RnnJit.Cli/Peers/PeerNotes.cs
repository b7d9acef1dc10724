using RnnJit.Cli.Layers;
using RnnJit.Runtime;

namespace RnnJit.Cli.Peers;

/// <summary>
/// Notes on conditions of the peers that differ from ours (weight storage, vector width), for the reader of a comparison.
/// </summary>
internal static class PeerNotes
{
    /// <param name="measured">Layers, each with the turns of all tools.</param>
    /// <param name="bits">Vectors that tools are held to; 0: as they like.</param>
    /// <returns>A sentence each.</returns>
    public static IReadOnlyList<string> Of(IEnumerable<(LayerRequest Layer, PeerTurns Turns)> measured, int bits)
    {
        var compared = measured.Where(pair => pair.Turns.Peers.Count > 0).ToArray();
        return [.. Stored(compared.Select(pair => pair.Layer)), .. Wide(compared.SelectMany(pair => pair.Turns.Peers), bits)];
    }

    private static IEnumerable<string> Stored(IEnumerable<LayerRequest> layers) =>
        layers.Select(layer => layer.Weights).Where(weights => weights != WeightStorage.Single).Distinct()
            .Select(weights => $"Peers read float32 weights where ours are stored as {WeightsFlag.Name(weights)}.");

    private static IEnumerable<string> Wide(IEnumerable<PeerTimes> peers, int bits) =>
        PeerTool.All.Where(tool => PeerProcess.IsNarrow(bits) && !tool.CanNarrow && peers.Any(peer => tool.Is(peer.Tool)))
            .Select(tool => $"{tool.Name} has no switch for vectors: it uses the widest of the machine, all others at most {bits} bits.");
}
