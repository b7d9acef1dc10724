using RnnJit.Data;
using RnnJit.Ir;

namespace RnnJit.Tests.Data;

/// <summary>Padded sequences in both orders.</summary>
public class PaddingTests
{
    private static readonly int[][] Rows = [[1, 2, 3], [], [4]];

    [Test]
    public void Codes_are_padded_in_either_order()
    {
        BatchInput time = Padding.Codes(Rows, padding: 9), batch = Padding.Codes(Rows, padding: 9, order: SequenceOrder.BatchMajor);
        Assert.That(time.Shape, Is.EqualTo(new[] { 3, 3 }));
        Assert.That((time.Padding, Padding.Swapped(time).Padding, Padding.Codes(Rows).Padding), Is.EqualTo((9.0, 9.0, 0.0)));
        Assert.That(time.Integers.ToArray(), Is.EqualTo(new[] { 1, 9, 4, 2, 9, 9, 3, 9, 9 }));
        Assert.That(batch.Integers.ToArray(), Is.EqualTo(new[] { 1, 2, 3, 9, 9, 9, 4, 9, 9 }));
        Assert.That(Padding.Codes(Rows, steps: 5).Shape, Is.EqualTo(new[] { 5, 3 }));
    }

    [Test]
    public void Vectors_are_padded_with_zeros()
    {
        BatchInput time = Padding.Vectors([[1, 2, 3, 4], [5, 6]], width: 2);
        Assert.That(time.Shape, Is.EqualTo(new[] { 2, 2, 2 }));
        Assert.That(time.Reals.ToArray(), Is.EqualTo(new float[] { 1, 2, 5, 6, 3, 4, 0, 0 }));
        Assert.That(Padding.Vectors([[1, 2, 3, 4], [5, 6]], 2, order: SequenceOrder.BatchMajor).Reals.ToArray(),
            Is.EqualTo(new float[] { 1, 2, 3, 4, 5, 6, 0, 0 }));
    }

    [Test]
    public void A_mask_is_1_at_steps_and_0_behind_them()
    {
        BatchInput mask = Padding.Mask([2, 0, 1], steps: 3);
        Assert.That(mask.Shape, Is.EqualTo(new[] { 3, 3, 1 }));
        Assert.That(mask.Reals.ToArray(), Is.EqualTo(new float[] { 1, 0, 1, 1, 0, 0, 0, 0, 0 }));
        Assert.That(Padding.Mask([2, 0, 1], order: SequenceOrder.BatchMajor).Reals.ToArray(), Is.EqualTo(new float[] { 1, 1, 0, 0, 1, 0 }));
        Assert.That(Padding.Lengths([2, 0, 1]).Integers.ToArray(), Is.EqualTo(new[] { 2, 0, 1 }));
    }

    [Test]
    public void Padding_is_undone_and_orders_swap([Values] SequenceOrder order)
    {
        var random = new Random(3);
        for (int round = 0; round < 50; round++)
        {
            int width = 1 + random.Next(3);
            int[][] codes = [.. Enumerable.Range(0, 1 + random.Next(5))
                .Select(_ => Enumerable.Range(0, random.Next(6)).Select(_ => random.Next(100)).ToArray())];
            int[] lengths = [.. codes.Select(row => row.Length)];
            float[][] vectors = [.. lengths.Select(
                length => Enumerable.Range(0, length * width).Select(_ => random.NextSingle()).ToArray())];
            int steps = lengths.Max() + random.Next(3);
            BatchInput paddedCodes = Padding.Codes(codes, -1, steps, order), paddedVectors = Padding.Vectors(vectors, width, steps, order);

            Assert.That(Padding.CodeRows(paddedCodes, lengths, order), Is.EqualTo(codes));
            Assert.That(Padding.VectorRows(paddedVectors, lengths, order), Is.EqualTo(vectors));
            SequenceOrder other = order == SequenceOrder.TimeMajor ? SequenceOrder.BatchMajor : SequenceOrder.TimeMajor;
            Assert.That(
                Padding.Swapped(paddedCodes).Integers.ToArray(), Is.EqualTo(Padding.Codes(codes, -1, steps, other).Integers.ToArray()));
            Assert.That(
                Padding.Swapped(paddedVectors).Reals.ToArray(), Is.EqualTo(Padding.Vectors(vectors, width, steps, other).Reals.ToArray()));
            Assert.That(Padding.Swapped(Padding.Swapped(paddedVectors)).Shape, Is.EqualTo(paddedVectors.Shape));
        }
    }

    // A batch that is read in the wrong order gives other rows.
    [Test]
    public void The_order_matters() =>
        Assert.That(Padding.CodeRows(Padding.Codes(Rows, 9), [3, 0, 1], SequenceOrder.BatchMajor), Is.Not.EqualTo(Rows));

    [Test]
    public void What_does_not_fit_is_refused()
    {
        Refused(() => Padding.Codes([]), "There are no rows to pad (give at least one)");
        Refused(() => Padding.Codes(Rows, steps: 2),
            "Row 0 has the length 3, wanted 0 to 2, the number of steps (correct the length or give more steps)");
        Refused(() => Padding.Codes(Rows, steps: -1),
            "The number of steps is -1, wanted at least 1, or 0 for those of the longest row (give a positive number)");
        Refused(
            () => Padding.Mask([1, -1]),
            "Row 1 has the length -1, wanted 0 to 1, the number of steps (correct the length or give more steps)");
        Refused(() => Padding.Vectors([[1, 2], [1, 2, 3]], 2),
            "Row 1 has 3 numbers, wanted a multiple of 2, the width (give 2 numbers for each step)");
        Refused(() => Padding.Vectors([[1]], 0), "The width of the vectors is 0, wanted at least 1 (give the numbers of one step)");
        Refused(() => Padding.CodeRows(Padding.Mask([1]), [1]), "The input is f32[1, 1, 1], wanted i32[T, B] (give padded whole numbers)");
        Refused(() => Padding.VectorRows(Padding.Codes(Rows), [1], SequenceOrder.BatchMajor),
            "The input is i32[3, 3], wanted f32[B, T, …] (give padded vectors)");
        Refused(() => Padding.CodeRows(Padding.Codes(Rows), [1]),
            "The input is i32[3, 3] with the axes [T, B, …] but there are 1 lengths (give one for each of 3 rows)");
        Refused(() => Padding.CodeRows(Padding.Codes(Rows), [1, 2, 4]),
            "Row 2 has the length 4, wanted 0 to 3, the number of steps (correct the length or give more steps)");
        Refused(() => Padding.Swapped(Padding.Lengths([1])), "The input is i32[1], wanted two axes or more (give padded sequences)");
        Assert.That(() => Padding.Mask(Enumerable.Repeat(1, 1 << 16).ToArray(), 1 << 16), Throws.TypeOf<BatchException>()
            .With.Message.Contains("use smaller batches"));
    }

    private static void Refused(Action act, string sentence) =>
        Assert.That(() => act(), Throws.ArgumentException.With.Message.EqualTo(sentence));
}
