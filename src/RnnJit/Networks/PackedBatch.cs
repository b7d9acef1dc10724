using RnnJit.Ir;

namespace RnnJit.Networks;

/// <summary>
/// Sequences of different lengths without padding, as PyTorch's PackedSequence keeps them: the first step of all sequences, then the second
/// of those that have one, …, the longest sequence first.
/// </summary>
public sealed class PackedBatch
{
    /// <param name="data">[N, …]: one row for each step of each sequence.</param>
    /// <param name="batchSizes">How many sequences have a step t; never more than before.</param>
    /// <param name="order">Sequence k of the packing is row order[k] of the batch (sorted_indices); null: as they come.</param>
    /// <exception cref="ArgumentException">The parts do not fit each other.</exception>
    public PackedBatch(NdArray data, IReadOnlyList<int> batchSizes, IReadOnlyList<int>? order = null)
    {
        (Data, BatchSizes) = (data, batchSizes);
        Order = order ?? [.. Enumerable.Range(0, batchSizes.Count > 0 ? batchSizes[0] : 0)];
        for (int t = 0; t < batchSizes.Count; t++)
        {
            int most = t > 0 ? batchSizes[t - 1] : Order.Count;
            if (batchSizes[t] < 1 || batchSizes[t] > most)
                throw new ArgumentException($"Batch size {t} is {batchSizes[t]}, wanted 1 to {most} (sizes never grow)");
        }

        if (data.Rank < 1 || data.Shape[0] != batchSizes.Sum())
            throw new ArgumentException(
                $"The data is [{string.Join(", ", data.Shape)}], wanted {batchSizes.Sum()} rows, the sum of the batch sizes "
                    + "(give one row for each step)");
        if (!Order.Order().SequenceEqual(Enumerable.Range(0, Order.Count)))
            throw new ArgumentException(
                $"The order {string.Join(", ", Order)} does not name each of {Order.Count} rows once (give a permutation)");
    }

    public NdArray Data { get; }

    public IReadOnlyList<int> BatchSizes { get; }

    public IReadOnlyList<int> Order { get; }

    /// <summary>The number of steps of each row of the batch; a sequence without steps is in no batch size.</summary>
    public int[] Lengths
    {
        get
        {
            var lengths = new int[Order.Count];
            for (int k = 0; k < lengths.Length; k++)
                lengths[Order[k]] = BatchSizes.Count(size => size > k);
            return lengths;
        }
    }

    /// <summary>Leaves the padding of a batch away.</summary>
    /// <param name="padded">[T, B, …].</param>
    /// <param name="lengths">B numbers from 0 to T, in any order.</param>
    /// <exception cref="ArgumentException">There are other than B lengths, or one is negative or beyond T.</exception>
    public static PackedBatch Pack(NdArray padded, IReadOnlyList<int> lengths)
    {
        if (padded.Rank < 2 || padded.Shape[1] != lengths.Count)
            throw new ArgumentException(
                $"The batch is [{string.Join(", ", padded.Shape)}] but there are {lengths.Count} lengths, wanted [T, B, …] and B lengths "
                    + "(give one for each row)");
        int wrong = Enumerable.Range(0, lengths.Count).FirstOrDefault(row => lengths[row] < 0 || lengths[row] > padded.Shape[0], -1);
        if (wrong >= 0)
            throw new ArgumentException(
                $"'lengths' holds {lengths[wrong]} for row {wrong}, wanted 0 to {padded.Shape[0]}, the number of steps "
                    + "(correct the length or give more steps)");

        int[] order = [.. Enumerable.Range(0, lengths.Count).OrderByDescending(row => lengths[row])];
        int[] sizes =
            [.. Enumerable.Range(0, padded.Shape[0]).Select(t => lengths.Count(length => length > t)).TakeWhile(size => size > 0)];
        int width = NdArray.Size(padded.Shape[2..]);
        var data = new NdArray([sizes.Sum(), .. padded.Shape[2..]]);
        Copy(sizes, order, width,
            (row, t, b) => padded.Data.AsSpan(((t * lengths.Count) + b) * width, width).CopyTo(data.Data.AsSpan(row * width)));
        return new PackedBatch(data, sizes, order);
    }

    /// <summary>The batch with padding of 0: [T, B, …].</summary>
    /// <param name="steps">T; 0: as many steps as the longest sequence has.</param>
    /// <exception cref="ArgumentException">A sequence is longer.</exception>
    public NdArray Pad(int steps = 0)
    {
        if (steps != 0 && steps < BatchSizes.Count)
            throw new ArgumentException(
                $"{steps} steps are wanted, but the longest sequence has {BatchSizes.Count} (give at least that many)");
        int width = NdArray.Size(Data.Shape[1..]), rows = Order.Count;
        var padded = new NdArray([Math.Max(steps, BatchSizes.Count), rows, .. Data.Shape[1..]]);
        Copy(BatchSizes, Order, width,
            (row, t, b) => Data.Data.AsSpan(row * width, width).CopyTo(padded.Data.AsSpan(((t * rows) + b) * width)));
        return padded;
    }

    private static void Copy(IReadOnlyList<int> sizes, IReadOnlyList<int> order, int width, Action<int, int, int> copy)
    {
        for (int t = 0, row = 0; t < sizes.Count && width > 0; t++)
        {
            for (int k = 0; k < sizes[t]; k++)
                copy(row++, t, order[k]);
        }
    }
}
