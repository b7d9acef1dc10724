namespace RnnJit.Training;

/// <summary>
/// Processes that train one model together, numbered from 0. They move bytes and never add: sums are taken in an order that depends on
/// shards alone, see <see cref="ShardedStep"/>. Every rank makes the same calls in the same order, from one thread.
/// </summary>
public interface IRanks
{
    /// <summary>The number of this process, from 0 to <see cref="Count"/> − 1.</summary>
    int Rank { get; }

    /// <summary>P, the number of processes.</summary>
    int Count { get; }

    /// <summary>Block r of what is sent goes to rank r, and block r of what is received comes from it.</summary>
    /// <param name="send">P blocks of one size.</param>
    /// <param name="receive">As long as <paramref name="send"/>, and other memory.</param>
    void AllToAll(ReadOnlySpan<byte> send, Span<byte> receive);

    /// <summary>Every rank receives what each one sends.</summary>
    /// <param name="send">One block, of the same size at every rank.</param>
    /// <param name="receive">P blocks in the order of ranks. <paramref name="send"/> is its block of this rank, so that nothing is
    /// copied, or other memory.</param>
    void AllGather(ReadOnlySpan<byte> send, Span<byte> receive);
}
