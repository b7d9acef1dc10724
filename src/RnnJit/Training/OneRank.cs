namespace RnnJit.Training;

/// <summary>One process that trains all shards.</summary>
internal sealed class OneRank : IRanks
{
    public static OneRank Instance { get; } = new();

    public int Rank => 0;

    public int Count => 1;

    public void AllToAll(ReadOnlySpan<byte> send, Span<byte> receive) => send.CopyTo(receive);

    public void AllGather(ReadOnlySpan<byte> send, Span<byte> receive) => send.CopyTo(receive);
}
