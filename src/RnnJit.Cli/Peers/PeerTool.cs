namespace RnnJit.Cli.Peers;

/// <summary>A library to measure against: a script under bench/peers that speaks the lines of lines.py.</summary>
/// <param name="CanNarrow">True where it can be held to narrower vectors than the machine has; see <see cref="PeerProcess"/>.</param>
internal sealed record PeerTool(string Name, string Script, bool CanNarrow)
{
    public static IReadOnlyList<PeerTool> All { get; } = [new("PyTorch", "torch_peer.py", true), new("ONNX Runtime", "ort_peer.py", false),
        new("oneDNN", "onednn_peer.py", true)];

    /// <summary>True if the tool uses no wider vectors than ours: it can be limited to them, or the machine has no wider ones.</summary>
    /// <param name="bits">Vectors that tools are held to; 0: as they like.</param>
    /// <param name="machine">The widest that the machine has.</param>
    public bool Fits(int bits, int machine) => CanNarrow || !PeerProcess.IsNarrow(bits) || machine <= bits;

    /// <summary>True if a process that gives its name and version, such as <c>PyTorch 2.1</c>, is this tool.</summary>
    public bool Is(string tool) => tool.StartsWith(Name, StringComparison.Ordinal);
}
