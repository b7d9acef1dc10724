namespace RnnJit.Cli.Peers;

/// <summary>A library to measure against: a script under bench/peers that speaks the lines of lines.py.</summary>
internal sealed record PeerTool(string Name, string Script)
{
    public static IReadOnlyList<PeerTool> All { get; } = [new("PyTorch", "torch_peer.py"), new("ONNX Runtime", "ort_peer.py"), new("oneDNN", "onednn_peer.py")];
}
