using RnnJit.Data;

namespace RnnJit.Tests.Data;

/// <summary>The order of rows in an epoch.</summary>
public class EpochOrderTests
{
    private static readonly int[][] Rows = [.. Enumerable.Range(0, 103)
        .Select(row => Enumerable.Repeat(row, 1 + (row * 37 % 50)).ToArray())];

    private static RowBatches<int[]> Plain => Batches.Of(Rows, 8).Codes("x", row => row, padding: -1);

    private static IEnumerable<TestCaseData> Kinds =>
    [
        new TestCaseData(Plain).SetName("{m}(plain)"),
        new TestCaseData(Plain.Shuffled(3)).SetName("{m}(shuffled)"),
        new TestCaseData(Plain.Bucketed()).SetName("{m}(bucketed)"),
        new TestCaseData(Plain.Shuffled(3).Bucketed(pool: 2)).SetName("{m}(both)"),
        new TestCaseData(Plain.Bucketed("x", pool: 0).Shuffled(3)).SetName("{m}(all in one pool)"),
    ];

    [TestCaseSource(nameof(Kinds))]
    public void Every_row_comes_once_an_epoch(RowBatches<int[]> batches)
    {
        for (int epoch = 0; epoch < 3; epoch++)
        {
            int[][] read = Read(batches, epoch);
            Assert.That(read, Has.Length.EqualTo(batches.Count).And.Length.EqualTo(13));
            Assert.That(read.SelectMany(batch => batch).Order(), Is.EqualTo(Enumerable.Range(0, 103)));
            Assert.That(read.Select(batch => batch.Length).Order(), Is.EqualTo(Enumerable.Repeat(8, 12).Prepend(7)));
        }
    }

    [TestCaseSource(nameof(Kinds))]
    public void Without_the_last_batch_all_are_full_and_no_row_comes_twice(RowBatches<int[]> batches)
    {
        int[][] read = Read(batches.DropLast(), 1);
        Assert.That(batches.DropLast().Count, Is.EqualTo(12));
        Assert.That(read.Select(batch => batch.Length), Is.EqualTo(Enumerable.Repeat(8, 12)));
        Assert.That(read.SelectMany(batch => batch), Is.Unique);
    }

    [TestCaseSource(nameof(Kinds))]
    public void An_epoch_is_the_same_twice_and_from_any_batch(RowBatches<int[]> batches)
    {
        int[][] once = Read(batches, 2);
        Assert.That(Read(batches, 2), Is.EqualTo(once));
        for (int from = 0; from <= batches.Count; from++)
            Assert.That(batches.Epoch(2, from).Select(RowsOf), Is.EqualTo(once.Skip(from)));
    }

    [Test]
    public void The_order_depends_on_seed_and_epoch()
    {
        Assert.That(Read(Plain, 0), Is.EqualTo(Read(Plain, 1)), "rows that are not shuffled keep their order");
        Assert.That(Read(Plain, 0)[0], Is.EqualTo(Enumerable.Range(0, 8)));
        Assert.That(Read(Plain.Shuffled(3), 0), Is.Not.EqualTo(Read(Plain.Shuffled(3), 1)));
        Assert.That(Read(Plain.Shuffled(3), 0), Is.Not.EqualTo(Read(Plain.Shuffled(4), 0)));
        Assert.That(Read(Plain.Shuffled(3), 0), Is.EqualTo(Read(Plain.Shuffled(4).Shuffled(3), 0)), "the last seed counts");
    }

    [Test]
    public void Batches_that_are_skipped_are_not_built()
    {
        int read = 0;
        RowBatches<int[]> counting = Batches.Of(Rows, 8).Codes("x", row =>
        {
            read++;
            return row;
        });
        Assert.That(counting.Shuffled(1).Epoch(0, from: 12).Count(), Is.EqualTo(1));
        Assert.That(read, Is.EqualTo(7));
    }

    [Test]
    public void Rows_of_a_batch_have_similar_lengths_and_batches_come_in_a_random_order()
    {
        int[][] sorted = Read(Plain.Shuffled(3).Bucketed(pool: 0), 0);
        int[] shortest = [.. sorted.Select(batch => batch.Min(row => Rows[row].Length))];
        Assert.That(shortest, Is.Not.Ordered);
        int[][] ordered = [.. sorted.OrderBy(batch => batch.Min(row => Rows[row].Length))];
        for (int i = 1; i < ordered.Length; i++)
            Assert.That(ordered[i - 1].Max(row => Rows[row].Length), Is.AtMost(ordered[i].Min(row => Rows[row].Length)));

        Assert.That(Padded(Plain.Shuffled(3)), Is.GreaterThan(1.3 * Padded(Plain.Shuffled(3).Bucketed(pool: 4))));
        Assert.That(
            Padded(Plain.Shuffled(3).Bucketed(pool: 1)), Is.EqualTo(Padded(Plain.Shuffled(3))), "a pool of one batch changes nothing");
        Assert.That(
            Read(Plain.Bucketed(pool: 0), 0).Select(batch => Rows[batch[0]].Length), Is.Ordered, "without a seed the shortest come first");
    }

    // Sorted first and cut afterwards, the longest row would be left out in every epoch.
    [Test]
    public void Rows_of_any_length_are_left_out()
    {
        RowBatches<int[]> batches = Plain.Shuffled(3).Bucketed(pool: 0).DropLast();
        int longest = Enumerable.Range(0, 103).MaxBy(row => Rows[row].Length);
        Assert.That(Enumerable.Range(0, 20).Count(epoch => Read(batches, epoch).Any(batch => batch.Contains(longest))), Is.InRange(15, 20));
    }

    // A row's place in the epoch is uniform: 2,000 epochs of 4 rows, each first 500 times.
    [Test]
    public void Every_order_is_as_likely()
    {
        RowBatches<int[]> four = Batches.Of(Rows[..4], 1).Codes("x", row => row).Shuffled(9);
        int[] first = new int[4];
        for (int epoch = 0; epoch < 2000; epoch++)
            first[RowsOf(four.Epoch(epoch).First())[0]]++;
        double chi = first.Sum(count => (count - 500.0) * (count - 500.0) / 500);
        Assert.That(chi, Is.LessThan(16.3), "chi-square of 3 degrees of freedom at 0.1 %");
    }

    private static long Padded(RowBatches<int[]> batches) => batches.Epoch(0).Sum(batch => (long)batch.Inputs["x"].Integers.Length);

    private static int[][] Read(RowBatches<int[]> batches, int epoch) => [.. batches.Epoch(epoch).Select(RowsOf)];

    // Every code of row r is r, and no row is empty.
    private static int[] RowsOf(Batch batch)
    {
        Assert.That(batch.Inputs["x"].Shape[1], Is.EqualTo(batch.Rows));
        return batch.Inputs["x"].Integers[..batch.Rows].ToArray();
    }
}
