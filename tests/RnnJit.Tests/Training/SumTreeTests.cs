using RnnJit.Training;

namespace RnnJit.Tests.Training;

/// <summary>Sums of shards beside the rule as it is written: level by level, neighbours added, an odd last one passed up.</summary>
public class SumTreeTests
{
    [Test]
    public void Blocks_are_added_level_by_level([Range(1, 9)] int count, [Values(1, 7, 2500)] int length)
    {
        float[][] blocks = Blocks(count, length);
        float[] together = [.. blocks.SelectMany(block => block)];
        float[] mean = new float[length];
        SumTree.Mean(together.AsSpan(), count, 3, mean);
        Assert.That(mean, Is.EqualTo(ByRule(blocks).Select(number => number / 3)));
    }

    // A negative control: in the order of their numbers the same blocks have another sum.
    [Test]
    public void The_order_is_seen()
    {
        float[][] blocks = Blocks(6, 2500);
        float[] inTurn = blocks.Aggregate((sum, block) => [.. sum.Zip(block, (a, b) => a + b)]);
        Assert.That(inTurn, Is.Not.EqualTo(ByRule(blocks)));
    }

    [Test]
    public void Every_rank_has_the_sum_of_the_rule([Values(2, 3, 4, 5)] int ranks, [Values(1, 2047, 2053, 300_007)] int length)
    {
        float[][] blocks = Blocks(ranks, length);
        float[] wanted = [.. ByRule(blocks).Select(number => number / 3)];
        foreach (float[] found in RankThreads.Run(ranks, rank =>
        {
            float[] own = [.. blocks[rank.Rank]];
            new RankSum<float>(rank).Add(own, 3);
            return own;
        }))
            Assert.That(found, Is.EqualTo(wanted));
    }

    [Test]
    public void Doubles_are_scaled_and_divided()
    {
        double[] numbers = [.. Enumerable.Range(0, 11).Select(i => i + 0.1)], scaled = [.. numbers];
        SumTree.Multiply(scaled.AsSpan(), 0.3);
        SumTree.Divide(scaled.AsSpan(), 0.7);
        Assert.That(scaled, Is.EqualTo(numbers.Select(number => number * 0.3 / 0.7)));
    }

    private static float[] ByRule(float[][] level)
    {
        while (level.Length > 1)
            level = [.. level.Chunk(2).Select(pair => pair is [var a, var b] ? [.. a.Zip(b, (x, y) => x + y)] : pair[0])];
        return level[0];
    }

    private static float[][] Blocks(int count, int length)
    {
        var random = new Random(count);
        return [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, length).Select(_ => random.NextSingle() - 0.3f).ToArray())];
    }
}
