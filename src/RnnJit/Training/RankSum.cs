using System.Numerics;
using System.Runtime.InteropServices;

namespace RnnJit.Training;

/// <summary>
/// Adds what ranks hold, level by level and divided at the end, and gives every rank the result. Each rank adds its share of the elements:
/// an exchange of shares, the sum, and a collection of the results, as in a reduce-scatter with an all-gather (Thakur, Rabenseifner and
/// Gropp 2005, section 4.5), in pieces.
/// </summary>
internal sealed class RankSum<T>(IRanks ranks)
    where T : unmanaged, INumberBase<T>
{
    // Elements up to which one message of everything is faster than two of shares.
    private const int Few = 2048;

    // Elements of all shares together that are exchanged at once, so that they stay in the second cache, and of a share, so that the
    // latency of its message is little beside its time.
    private const int Piece = 1 << 18, LeastShare = 1 << 16;

    private T[] received = [];

    /// <summary>Replaces values by the sum over ranks, divided; equal at every rank.</summary>
    public void Add(Span<T> values, T divisor)
    {
        int count = ranks.Count, done = 0;
        if (count == 1)
        {
            SumTree.Divide(values, divisor);
            return;
        }

        if (values.Length > Few)
        {
            int most = Math.Max(Piece / count, LeastShare);
            for (int share; (share = Math.Min(most, (values.Length - done) / count)) > 0; done += share * count)
                AddShares(values.Slice(done, share * count), share, divisor);
        }

        AddWhole(values[done..], divisor);
    }

    private void AddShares(Span<T> values, int share, T divisor)
    {
        Span<T> shares = Received(values.Length);
        ranks.AllToAll(MemoryMarshal.AsBytes(values), MemoryMarshal.AsBytes(shares));
        Span<T> own = values.Slice(ranks.Rank * share, share);
        SumTree.Mean(shares, ranks.Count, divisor, own);
        ranks.AllGather(MemoryMarshal.AsBytes(own), MemoryMarshal.AsBytes(values));
    }

    private void AddWhole(Span<T> values, T divisor)
    {
        if (values.IsEmpty)
            return;
        Span<T> all = Received(values.Length * ranks.Count);
        ranks.AllGather(MemoryMarshal.AsBytes(values), MemoryMarshal.AsBytes(all));
        SumTree.Mean(all, ranks.Count, divisor, values);
    }

    private Span<T> Received(int length)
    {
        if (received.Length < length)
            received = GC.AllocateUninitializedArray<T>(length, pinned: true);
        return received.AsSpan(0, length);
    }
}
