using RnnJit.Training;

namespace RnnJit.Tests.Training;

public class ShardPlanTests
{
    [TestCase(4, 4, 3, 3, 1, 6)]
    [TestCase(4, 2, 1, 2, 2, 4)]
    [TestCase(6, 1, 0, 0, 6, 0)]
    [TestCase(6, 3, 2, 4, 2, 8)]
    public void Shards_of_a_rank_and_their_first_row(int shards, int ranks, int rank, int first, int own, int row)
    {
        var plan = new ShardPlan(shards, 2 * shards, ranks, rank);
        Assert.That((plan.First, plan.Own, plan.FirstRow(plan.First)), Is.EqualTo((first, own, row)));
    }

    [TestCase(0, 4, 1, "0 shards are given, wanted 1 or more (change the number)")]
    [TestCase(4, 30, 1, "A batch of 30 rows cannot be cut into 4 equal shards (make the batch a multiple of 4, or choose another number of "
        + "shards)")]
    [TestCase(6, 6, 2, "6 shards cannot be trained by 2 ranks, for all ranks must have 1, 2, 4, 8 or another power of two of them (start "
        + "1, 3 or 6 ranks, or begin with another number of shards)")]
    [TestCase(1, 6, 2, "1 shard cannot be trained by 2 ranks, for all ranks must have 1, 2, 4, 8 or another power of two of them (start 1 "
        + "rank, or begin with another number of shards)")]
    [TestCase(4, 8, 3, "4 shards cannot be trained by 3 ranks, for all ranks must have 1, 2, 4, 8 or another power of two of them (start "
        + "1, 2 or 4 ranks, or begin with another number of shards)")]
    public void Others_are_refused(int shards, int batch, int ranks, string sentence) =>
        Assert.That(() => new ShardPlan(shards, batch, ranks), Throws.ArgumentException.With.Message.EqualTo(sentence));
}
