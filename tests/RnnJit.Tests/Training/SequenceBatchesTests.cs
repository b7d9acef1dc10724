using RnnJit.Data;
using RnnJit.Training;

namespace RnnJit.Tests.Training;

internal sealed class SequenceBatchesTests
{
    private static int[] Codes(int count) => [.. Enumerable.Range(0, count)];

    [Test]
    public void Training_windows_continue_each_stream()
    {
        // 10 targets in 2 streams of 5, windows of 2: codes 0 1 | 2 3 and 5 6 | 7 8; 4 and 9 stay out.
        var batches = SequenceBatches.ForTraining(Codes(11), streams: 2, steps: 2);
        var (x, y) = (new int[4], new int[4]);

        Assert.That(batches.Windows, Is.EqualTo(2));
        Assert.That(batches.Targets, Is.EqualTo(8));
        Assert.That(batches.Next(x, y), Is.EqualTo(4));
        Assert.That(x, Is.EqualTo(new[] { 0, 5, 1, 6 }));
        Assert.That(y, Is.EqualTo(new[] { 1, 6, 2, 7 }));
        Assert.That(batches.EndOfEpoch, Is.False);
        Assert.That(batches.Next(x, y), Is.EqualTo(4));
        Assert.That(x, Is.EqualTo(new[] { 2, 7, 3, 8 }));
        Assert.That(y, Is.EqualTo(new[] { 3, 8, 4, 9 }));
        Assert.That(batches.EndOfEpoch);
        Assert.That(batches.Next(x, y), Is.Zero);
        Assert.That(x, Is.EqualTo(new[] { 2, 7, 3, 8 }));
    }

    // 12 targets in 3 streams of 4, windows of 1: stream b begins b · 4 / 3 windows after its first one.
    [Test]
    public void Staggered_streams_begin_at_different_windows_and_read_the_same_text()
    {
        var batches = SequenceBatches.ForTraining(Codes(13), streams: 3, steps: 1, staggered: true);
        var (x, y) = (new int[3], new int[3]);
        var (read, begun) = (new List<int[]>(), new List<bool[]>());
        while (!batches.EndOfEpoch)
        {
            begun.Add([batches.Begins(0), batches.Begins(1), batches.Begins(2)]);
            batches.Next(x, y);
            Assert.That(y, Is.EqualTo(x.Select(code => code + 1)));
            read.Add([.. x]);
        }

        Assert.That(read, Is.EqualTo((int[][])[[0, 5, 10], [1, 6, 11], [2, 7, 8], [3, 4, 9]]));
        Assert.That(begun, Is.EqualTo((bool[][])[[true, false, false], [false, false, false], [false, false, true], [false, true, false]]));
        Assert.That(batches.Begins(0), Is.False);
        Assert.That(SequenceBatches.ForTraining(Codes(13), 3, 1).Begins(2), "streams that are not staggered begin together");
    }

    [Test]
    public void A_restored_cursor_continues_the_epoch()
    {
        var first = SequenceBatches.ForTraining(Codes(100), 3, 4);
        var (x, y) = (new int[12], new int[12]);
        for (var i = 0; i < 3; i++)
            first.Next(x, y);

        var second = SequenceBatches.ForTraining(Codes(100), 3, 4);
        second.Cursor = first.Cursor;
        first.Next(x, y);
        var (x2, y2) = (new int[12], new int[12]);
        second.Next(x2, y2);

        Assert.That(x2, Is.EqualTo(x));
        Assert.That(y2, Is.EqualTo(y));
        Assert.That(() => second.Cursor = second.Windows + 1, Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => second.Cursor = -1, Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void A_validation_pass_has_every_successor_once_and_in_order([Values(2, 5, 12, 13, 14, 47)] int count,
        [Values(1, 2, 4)] int streams, [Values(1, 3, 5, 60)] int steps)
    {
        if (count - 1 < streams)
        {
            Assert.That(() => SequenceBatches.ForValidation(Codes(count), streams, steps), Throws.TypeOf<TextDataException>());
            return;
        }

        var batches = SequenceBatches.ForValidation(Codes(count), streams, steps);
        var seen = Enumerable.Range(0, streams).Select(_ => new List<int>()).ToArray();
        var (x, y) = (new int[streams * steps], new int[streams * steps]);
        long total = 0;
        while (batches.Next(x, y) is > 0 and var valid)
        {
            total += valid;
            Assert.That(batches.ValidSteps.ToArray().Sum(), Is.EqualTo(valid));
            for (var b = 0; b < streams; b++)
            {
                for (var t = 0; t < steps; t++)
                {
                    var (code, target) = (x[t * streams + b], y[t * streams + b]);
                    if (t < batches.ValidSteps[b])
                        seen[b].Add(code);
                    Assert.That((code, target), Is.EqualTo(t < batches.ValidSteps[b] ? (code, code + 1) : (0, SequenceBatches.NoTarget)));
                }
            }
        }

        Assert.That(total, Is.EqualTo(count - 1));
        Assert.That(batches.Targets, Is.EqualTo(count - 1));
        Assert.That(batches.EndOfEpoch);
        Assert.That(seen.SelectMany(codes => codes), Is.EqualTo(Codes(count - 1)));
    }

    [Test]
    public void Too_short_a_text_names_the_sizes_and_the_cure()
    {
        Assert.That(
            () => SequenceBatches.ForTraining(Codes(90), streams: 4, steps: 32),
            Throws.TypeOf<TextDataException>().With.Message.EqualTo(
                "90 characters give 4 streams of 22 steps, wanted at least one window of 32 (use at least 129 characters, fewer streams "
                    + "or a shorter window)"));
        Assert.That(SequenceBatches.ForTraining(Codes(129), 4, 32).Windows, Is.EqualTo(1));
        Assert.That(() => SequenceBatches.ForTraining(Codes(128), 4, 32), Throws.TypeOf<TextDataException>());
        Assert.That(() => SequenceBatches.ForTraining(Codes(0), 1, 1), Throws.TypeOf<TextDataException>());
        Assert.That(() => SequenceBatches.ForTraining(Codes(9), 0, 1), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => SequenceBatches.ForValidation(Codes(9), 1, 0), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Buffers_of_another_size_are_refused()
    {
        var batches = SequenceBatches.ForTraining(Codes(100), 3, 4);
        Assert.That(() => batches.Next(new int[12], new int[11]), Throws.TypeOf<ArgumentException>());
        Assert.That(() => batches.Next(new int[11], new int[12]), Throws.TypeOf<ArgumentException>());
    }

    [Test]
    public void The_last_part_is_for_validation()
    {
        var (training, validation) = SequenceBatches.Split(Codes(20), 0.1);

        Assert.That(training.ToArray(), Is.EqualTo(Codes(18)));
        Assert.That(validation.ToArray(), Is.EqualTo(new[] { 18, 19 }));
        Assert.That(() => SequenceBatches.Split(Codes(20), 0.01),
            Throws.TypeOf<TextDataException>().With.Message.Contains("split 20 to 0"));
        Assert.That(() => SequenceBatches.Split(Codes(20), 0.99), Throws.TypeOf<TextDataException>());
        Assert.That(() => SequenceBatches.Split(Codes(20), 1), Throws.TypeOf<TextDataException>());
        Assert.That(() => SequenceBatches.Split(Codes(20), double.NaN), Throws.TypeOf<TextDataException>());
    }
}
