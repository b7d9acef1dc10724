namespace RnnJit.Data;

/// <summary>Batches of epochs, in an order that depends only on the number of the epoch.</summary>
public interface IBatches
{
    /// <summary>Batches of an epoch, the same number in each.</summary>
    int Count { get; }

    /// <summary>The batches of an epoch, from the one numbered <paramref name="from"/> on.</summary>
    /// <param name="epoch">0 for the first one.</param>
    IEnumerable<Batch> Epoch(int epoch, int from = 0);
}
