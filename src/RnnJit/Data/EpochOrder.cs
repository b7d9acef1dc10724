using RnnJit.Randomness;

namespace RnnJit.Data;

/// <summary>The order of the rows of an epoch and how they are cut into batches.</summary>
/// <param name="Rows">The number of rows.</param>
/// <param name="Size">Rows of a batch.</param>
/// <param name="DropLast">True: drops the rows after the last full batch.</param>
/// <param name="Seed">Seed of the shuffle; null: rows in their own order.</param>
/// <param name="Lengths">Steps of each row, for batches of rows of similar length; null: none are formed.</param>
/// <param name="Pool">Number of batches whose rows are sorted by length together; 0: all.</param>
internal sealed record EpochOrder(int Rows, int Size, bool DropLast, ulong? Seed, IReadOnlyList<int>? Lengths, int Pool)
{
    // Parameters of a model take the streams of a seed from 0.
    private const ulong FirstStream = 1UL << 63;

    public int Count => DropLast ? Rows / Size : (int)((Rows + (long)Size - 1) / Size);

    /// <summary>
    /// The numbers of the rows of each batch. Rows that are left out are chosen before lengths are looked at, so no length is left out more
    /// often than others.
    /// </summary>
    public int[][] Batches(int epoch)
    {
        int[] order = [.. Enumerable.Range(0, Rows)];
        RandomStream? random = Seed is { } seed ? new RandomStream(seed, FirstStream + (ulong)epoch) : null;
        random?.Shuffle<int>(order);
        if (DropLast)
            order = order[..(Rows / Size * Size)];
        if (Lengths is { } lengths)
            order = [.. order.Chunk(PoolRows).SelectMany(pool => pool.OrderBy(row => lengths[row]))];
        int[][] batches = [.. order.Chunk(Size)];
        if (Lengths is not null)
            random?.Shuffle<int[]>(batches);
        return batches;
    }

    private int PoolRows => Pool == 0 ? int.MaxValue : (int)Math.Min(int.MaxValue, (long)Pool * Size);
}
