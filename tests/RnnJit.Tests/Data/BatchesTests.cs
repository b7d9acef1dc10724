using RnnJit.Data;

namespace RnnJit.Tests.Data;

/// <summary>The inputs that rows become.</summary>
public class BatchesTests
{
    private static readonly Row[] Rows = [new([1, 2, 3], 0, 0.5f), new([4], 1, 1.5f), new([5, 6], 2, 2.5f)];

    [Test]
    public void Inputs_are_those_worked_by_hand()
    {
        RowBatches<Row> batches = Batches.Of(Rows, 2)
            .Codes("x", row => row.Codes, padding: 7)
            .Vectors("v", 2, row => row.Codes.Select(code => new float[] { code, -code }).ToArray())
            .Lengths("lengths", of: "x")
            .Mask("mask", of: "x")
            .Label("y", row => row.Label)
            .Number("number", row => row.Number)
            .Vector("features", 2, row => [row.Label, row.Number]);
        Assert.That(batches.Count, Is.EqualTo(2));
        Batch[] epoch = [.. batches.Epoch(0)];
        Assert.That(epoch.Select(batch => batch.Rows), Is.EqualTo(new[] { 2, 1 }));
        Assert.That(epoch[0].Inputs.Keys, Is.EquivalentTo(batches.Inputs));

        Integers(epoch[0], "x", [3, 2], [1, 4, 2, 7, 3, 7]);
        Reals(epoch[0], "v", [3, 2, 2], [1, -1, 4, -4, 2, -2, 0, 0, 3, -3, 0, 0]);
        Integers(epoch[0], "lengths", [2], [3, 1]);
        Reals(epoch[0], "mask", [3, 2, 1], [1, 1, 1, 0, 1, 0]);
        Integers(epoch[0], "y", [2], [0, 1]);
        Reals(epoch[0], "number", [2, 1], [0.5f, 1.5f]);
        Reals(epoch[0], "features", [2, 2], [0, 0.5f, 1, 1.5f]);
        Integers(epoch[1], "x", [2, 1], [5, 6]);
        Integers(epoch[1], "lengths", [1], [2]);
    }

    [Test]
    public void Axes_are_padded_apart()
    {
        Batch batch = Batches.Of(Rows, 3)
            .Codes("source", row => row.Codes, axis: "S")
            .Codes("target", row => Enumerable.Repeat(row.Label, row.Label + 2).ToArray(), padding: -1)
            .Lengths("sourceLengths", of: "source")
            .Lengths("targetLengths", of: "target")
            .Epoch(0).Single();
        Integers(batch, "source", [3, 3], [1, 4, 5, 2, 0, 6, 3, 0, 0]);
        Integers(batch, "target", [4, 3], [0, 1, 2, 0, 1, 2, -1, 1, 2, -1, -1, 2]);
        Assert.That((batch.Inputs["source"].Padding, batch.Inputs["target"].Padding), Is.EqualTo((0.0, -1.0)),
            "for steps that are added later");
        Integers(batch, "sourceLengths", [3], [3, 1, 2]);
        Integers(batch, "targetLengths", [3], [2, 3, 4]);
    }

    [Test]
    public void Vectors_may_lie_one_behind_the_other()
    {
        Batch batch = Batches.Of(new float[][] { [1, 2, 3, 4], [5, 6] }, 2).Vectors("x", 2, row => row).Epoch(0).Single();
        Reals(batch, "x", [2, 2, 2], [1, 2, 5, 6, 3, 4, 0, 0]);
    }

    // Row 0 has the words "ab", "c"; row 1 has "", "def", "g".
    [Test]
    public void Parts_of_all_rows_stand_side_by_side_and_places_name_them()
    {
        int[][][] rows = [[[1, 2], [3]], [[], [4, 5, 6], [7]]];
        Batch batch = Batches.Of(rows, 2)
            .Codes("words", row => row.Select(word => word.Length).ToArray())
            .Parts("letters", row => row)
            .Lengths("lengths", of: "words")
            .Lengths("letterCounts", of: "letters")
            .Mask("letterMask", of: "letters")
            .Places("places", of: "letters")
            .Epoch(0).Single();
        Integers(batch, "letters", [3, 5], [1, 3, 0, 4, 7, 2, 0, 0, 5, 0, 0, 0, 0, 6, 0]);
        Integers(batch, "letterCounts", [5], [2, 1, 0, 3, 1]);
        Reals(batch, "letterMask", [3, 5, 1], [1, 1, 0, 1, 1, 1, 0, 0, 1, 0, 0, 0, 0, 1, 0]);
        Integers(batch, "places", [3, 2], [0, 2, 1, 3, 0, 4]);
        Integers(batch, "words", [3, 2], [2, 0, 1, 3, 0, 1]);
    }

    [Test]
    public void Padded_sizes_are_rounded_up_and_rows_are_not()
    {
        int[][][] rows = [[[1, 2], [3]], [[4, 5, 6]]];
        Batch batch = Batches.Of(rows, 3)
            .Parts("letters", row => row, padding: 9)
            .Lengths("letterCounts", of: "letters")
            .Places("places", of: "letters")
            .Codes("x", row => row.Select(word => word.Length).ToArray())
            .RoundedTo(4)
            .Epoch(0).Single();
        Assert.That(batch.Inputs["letters"].Shape, Is.EqualTo(new[] { 4, 4 }));
        Integers(batch, "letterCounts", [4], [2, 1, 3, 0]);
        Assert.That(batch.Inputs["places"].Shape, Is.EqualTo(new[] { 4, 2 }));
        Integers(batch, "x", [4, 2], [2, 3, 1, 0, 0, 0, 0, 0]);
        Assert.That(batch.Inputs["letters"].Integers.ToArray()[3], Is.EqualTo(9));
    }

    [Test]
    public void A_row_without_steps_is_allowed_where_lengths_say_so()
    {
        int[][] rows = [[], [1, 2]];
        RowBatches<int[]> batches = Batches.Of(rows, 2).Codes("x", row => row);
        Integers(batches.Lengths("lengths", of: "x").Epoch(0).Single(), "lengths", [2], [0, 2]);
        Integers(batches.Mask("mask", of: "x").Epoch(0).Single(), "x", [2, 2], [0, 1, 0, 2]);
        Refused(batches, "Row 0 has no step of 'x' and no input says so (add Lengths or Mask, or leave the row out)");
        Refused(
            Batches.Of(new int[][] { [1], [], [] }, 2).Codes("x", row => row).Lengths("lengths", of: "x"),
            "No row of a batch has a step of 'x', as in row 2 (leave rows without steps out, or use larger batches)");
    }

    [Test]
    public void Rows_that_do_not_fit_are_named()
    {
        RowBatches<Row> batches = Batches.Of(Rows, 2);
        Refused(
            batches.Codes("x", row => row.Codes).Codes("y", row => row.Codes.Take(2).ToArray()),
            "Row 0 has 3 steps of 'x' and 2 of 'y', both along axis T (give as many of both, or name an axis of its own for one)");
        Refused(
            batches.Vectors("x", 2, row => row.Label == 2 ? [[1, 2], [3]] : [[1, 2]]),
            "Row 2 has 1 numbers in vector 1 of 'x', wanted 2, the width (give vectors of one width)");
        Refused(batches.Vectors("x", 2, row => new float[2 + row.Label]),
            "Row 1 has 3 numbers of 'x', wanted a multiple of 2, the width (give 2 for each step)");
        Refused(batches.Vector("x", 2, row => new float[2 + row.Label]),
            "Row 1 has 3 numbers in vector 0 of 'x', wanted 2, the width (give vectors of one width)");
        Refused(batches.Codes("x", row => row.Label == 2 ? null! : row.Codes),
            "Row 2 gives null as 'x' (give an empty list where there are no steps)");
        Refused(
            batches.Parts("x", row => row.Codes.Select(_ => Array.Empty<int>()).ToArray()),
            "Every part of 'x' in a batch is empty (give parts with at least one step, or leave these rows out)");
    }

    [Test]
    public void Descriptions_that_do_not_fit_are_refused()
    {
        RowBatches<Row> batches = Batches.Of(Rows, 2).Codes("x", row => row.Codes);
        Refused(() => Batches.Of(Array.Empty<Row>(), 2), "The data set has no rows (give at least one)");
        Refused(() => Batches.Of(Rows, 0), "The batch size is 0, wanted at least 1 (give the number of rows of a batch)");
        Refused(() => batches.Label("x", row => row.Label), "'x' is given twice in the batches (choose another name)");
        Refused(() => batches.Lengths("l", of: "x").Mask("l", of: "x"), "'l' is given twice in the batches (choose another name)");
        Refused(() => batches.Label("", row => row.Label), "An input has no name (give the one that the network uses)");
        Refused(() => batches.Codes("y", row => row.Codes, axis: ""), "The axis of 'y' has no name (give one, such as T)");
        Refused(() => batches.Lengths("l", of: "z"), "'l' counts steps of 'z', which is no sequence of these batches (found: x)");
        Refused(() => batches.Label("y", row => row.Label).Mask("m", of: "y"),
            "'m' marks steps of 'y', which is no sequence of these batches (found: x)");
        Refused(() => batches.Places("p", of: "x"), "'p' names parts of 'x', which is no parts of these batches (found: none)");
        Refused(() => batches.Roots("r", of: "x"), "'r' names roots of 'x', which is no trees of these batches (found: none)");
        Refused(
            () => batches.Vectors("v", 0, row => new float[1]),
            "The width of 'v' is 0, wanted at least 1 (give the numbers of one vector)");
        Refused(() => batches.RoundedTo(0), "Sizes are rounded to multiples of 0, wanted at least 1 (give 1 to round nothing)");
        Refused(() => batches.Bucketed(pool: -1), "The pool is -1 batches, wanted at least 1, or 0 for all (give a positive number)");
        Refused(() => batches.Bucketed("z"), "'z' is no input with lengths to sort by (found: x)");
        Refused(
            () => Batches.Of(Rows, 2).Label("y", row => row.Label).Bucketed(),
            "The batches have no input with lengths to sort by (found: none)");
        Refused(() => Batches.Of(Rows, 4).DropLast(), "3 rows do not fill one batch of 4 (use smaller batches, or keep the last one)");
        Refused(() => batches.Epoch(-1), "The epoch is -1, wanted 0 or more (count epochs from 0)");
        Refused(() => batches.Epoch(0, from: 3),
            "The first batch is 3, wanted 0 to 2, the number of batches (it was saved with other rows or another size)");
        Refused(
            () => Batches.Of(Rows, 2).Epoch(0), "The batches have no input (describe one with Codes, Vectors, Label or another of these)");
    }

    [Test]
    public void A_description_leaves_the_one_before_as_it_is()
    {
        RowBatches<Row> batches = Batches.Of(Rows, 2).Codes("x", row => row.Codes), more = batches.Lengths("l", of: "x").Shuffled(1)
            .DropLast();
        Assert.That(batches.Inputs, Is.EqualTo(new[] { "x" }));
        Assert.That(more.Inputs, Is.EqualTo(new[] { "x", "l" }));
        Assert.That((batches.Count, more.Count), Is.EqualTo((2, 1)));
        Assert.That(batches.Epoch(0).First().Inputs["x"].Integers.ToArray(), Is.EqualTo(new[] { 1, 4, 2, 0, 3, 0 }));
    }

    private static void Integers(Batch batch, string name, int[] shape, int[] values)
    {
        Assert.That(batch.Inputs[name].Shape, Is.EqualTo(shape), name);
        Assert.That(batch.Inputs[name].Integers.ToArray(), Is.EqualTo(values), name);
    }

    private static void Reals(Batch batch, string name, int[] shape, float[] values)
    {
        Assert.That(batch.Inputs[name].Shape, Is.EqualTo(shape), name);
        Assert.That(batch.Inputs[name].Reals.ToArray(), Is.EqualTo(values), name);
    }

    private static void Refused<T>(RowBatches<T> batches, string sentence) =>
        Assert.That(() => batches.Epoch(0).Count(), Throws.TypeOf<BatchException>().With.Message.EqualTo(sentence));

    private static void Refused(Action act, string sentence) =>
        Assert.That(() => act(), Throws.ArgumentException.With.Message.EqualTo(sentence));

    private sealed record Row(int[] Codes, int Label, float Number);
}
