using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Networks;

namespace RnnJit.Tests.Networks;

public class PackedBatchTests
{
    private static readonly NdArray Padded = new([3, 3, 2], [.. Enumerable.Range(1, 18).Select(i => (double)i)]);

    [Test]
    public void Packing_is_that_of_PyTorch()
    {
        PackedBatch packed = PackedBatch.Pack(Padded, [1, 3, 2]);
        Assert.That(packed.BatchSizes, Is.EqualTo(new[] { 3, 2, 1 }));
        Assert.That(packed.Order, Is.EqualTo(new[] { 1, 2, 0 }));
        Assert.That(packed.Data.Data, Is.EqualTo(new double[] { 3, 4, 5, 6, 1, 2, 9, 10, 11, 12, 15, 16 }));
        Assert.That(packed.Lengths, Is.EqualTo(new[] { 1, 3, 2 }));
        Assert.That(packed.Pad().Data, Is.EqualTo(new double[] { 1, 2, 3, 4, 5, 6, 0, 0, 9, 10, 11, 12, 0, 0, 15, 16, 0, 0 }));
        Assert.That(packed.Pad(4).Shape, Is.EqualTo(new[] { 4, 3, 2 }));
    }

    [Test]
    public void A_row_without_steps_stays_a_row()
    {
        PackedBatch packed = PackedBatch.Pack(Padded, [0, 2, 2]);
        Assert.That(packed.BatchSizes, Is.EqualTo(new[] { 2, 2 }));
        Assert.That(packed.Lengths, Is.EqualTo(new[] { 0, 2, 2 }));
        Assert.That(packed.Pad().Shape, Is.EqualTo(new[] { 2, 3, 2 }));
    }

    [Test]
    public void A_network_gives_packed_sequences_what_it_gives_each_alone()
    {
        var net = new NetworkBuilder("Packed");
        Value x = net.Input("x", "T", "B", 2);
        net.Lengths("lengths", "B");
        net.Output("y", net.Stack("layer", CellRegistry.Find(typeof(Lstm)), x, 2, net.Size("H", 3),
            new StackOptions { Layer = new RecurrentOptions { Direction = Direction.Both } }));
        using var model = new Model(net, new ModelOptions { Precision = ElementType.F64 });
        PackedBatch packed = PackedBatch.Pack(Padded, [1, 3, 2]);
        NdArray Run(NdArray sequence, int[] lengths) => model.Run(new Dictionary<string,
            NdArray>
        { ["x"] = sequence, ["lengths"] = new([lengths.Length], [.. lengths.Select(length => (double)length)]) });
        PackedBatch found = PackedBatch.Pack(Run(packed.Pad(), packed.Lengths), packed.Lengths);
        Assert.That(found.BatchSizes, Is.EqualTo(packed.BatchSizes));

        NdArray padded = found.Pad();
        for (int row = 0; row < 3; row++)
        {
            int length = packed.Lengths[row];
            var alone = new NdArray([length, 1, 2],
                [.. Enumerable.Range(0, length).SelectMany(t => Padded.Data.Skip(((t * 3) + row) * 2).Take(2))]);
            double[] wanted = Run(alone, [length]).Data;
            Assert.That(Enumerable.Range(0, length).SelectMany(t => padded.Data.Skip(((t * 3) + row) * 6).Take(6)),
                Is.EqualTo(wanted).Within(1e-14), $"row {row}");
        }
    }

    [Test]
    public void What_does_not_fit_is_refused()
    {
        Assert.That(() => PackedBatch.Pack(Padded, [1, 2]), Throws.ArgumentException.With.Message.EqualTo(
            "The batch is [3, 3, 2] but there are 2 lengths, wanted [T, B, …] and B lengths (give one for each row)"));
        Assert.That(() => PackedBatch.Pack(Padded, [1, 4, 2]),
            Throws.ArgumentException.With.Message.StartsWith("'lengths' holds 4 for row 1, wanted 0 to 3"));
        Assert.That(() => new PackedBatch(Padded, [1, 2]),
            Throws.ArgumentException.With.Message.EqualTo("Batch size 1 is 2, wanted 1 to 1 (sizes never grow)"));
        Assert.That(() => new PackedBatch(new NdArray([6, 2]), [3, 1, 2]),
            Throws.ArgumentException.With.Message.EqualTo("Batch size 2 is 2, wanted 1 to 1 (sizes never grow)"));
        Assert.That(() => new PackedBatch(Padded, [2, 2]), Throws.ArgumentException.With.Message.Contains("wanted 4 rows"));
        Assert.That(() => new PackedBatch(Padded, [2, 1], [0, 0]),
            Throws.ArgumentException.With.Message.Contains("does not name each of 2 rows once"));
        Assert.That(() => PackedBatch.Pack(Padded, [1, 3, 2]).Pad(2),
            Throws.ArgumentException.With.Message.Contains("the longest sequence has 3"));
    }
}
