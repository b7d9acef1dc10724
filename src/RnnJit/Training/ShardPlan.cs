using System.Numerics;

namespace RnnJit.Training;

/// <summary>
/// The shards of a batch and the ranks that train them: shard s has the rows from s · B / S on, and rank r trains the S / P consecutive
/// shards from r · S / P on, one after another.
/// </summary>
public sealed class ShardPlan
{
    /// <param name="shards">S.</param>
    /// <param name="batch">B, a multiple of S.</param>
    /// <param name="ranks">P: 1, or a divisor of S such that S / P is a power of two.</param>
    /// <param name="rank">This process, from 0.</param>
    /// <exception cref="ArgumentException">The batch cannot be cut into these shards, or not be trained by these ranks.</exception>
    public ShardPlan(int shards, int batch, int ranks = 1, int rank = 0)
    {
        if (shards < 1)
            throw new ArgumentException($"{shards} shards are given, wanted 1 or more (change the number)");
        if (batch < 1 || batch % shards != 0)
            throw new ArgumentException($"A batch of {batch} rows cannot be cut into {shards} equal shards "
                + $"(make the batch a multiple of {shards}, or choose another number of shards)");
        if (!IsSuitable(shards, ranks))
            throw new ArgumentException($"{shards} {(shards == 1 ? "shard" : "shards")} cannot be trained by {ranks} ranks, "
                + "for all ranks must have 1, 2, 4, 8 or another power of two of them "
                + $"(start {Choice(shards)}, or begin with another number of shards)");
        (Shards, Batch, Ranks, Rank) = (shards, batch, ranks, rank);
    }

    /// <summary>S.</summary>
    public int Shards { get; }

    /// <summary>B.</summary>
    public int Batch { get; }

    /// <summary>P.</summary>
    public int Ranks { get; }

    /// <summary>This process, from 0.</summary>
    public int Rank { get; }

    /// <summary>B / S, the rows of a shard.</summary>
    public int Rows => Batch / Shards;

    /// <summary>S / P, the shards of this rank.</summary>
    public int Own => Shards / Ranks;

    /// <summary>The first shard of this rank.</summary>
    public int First => Rank * Own;

    /// <summary>The first row of a shard in the batch.</summary>
    public int FirstRow(int shard) => shard * Rows;

    // Shards of a rank are then a whole subtree of the sum, whose level the ranks have in common.
    private static bool IsSuitable(int shards, int ranks) =>
        ranks == 1 || (ranks > 1 && shards % ranks == 0 && BitOperations.IsPow2(shards / ranks));

    private static string Choice(int shards)
    {
        int[] suitable = [.. Enumerable.Range(0, 31).Select(power => 1 << power).TakeWhile(own => own <= shards)
            .Where(own => shards % own == 0).Select(own => shards / own).Append(1).Distinct().Order()];
        return suitable is [var only] ? $"{only} rank" : $"{string.Join(", ", suitable[..^1])} or {suitable[^1]} ranks";
    }
}
