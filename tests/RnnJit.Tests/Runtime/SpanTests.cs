using RnnJit.Data;
using RnnJit.Files;
using RnnJit.Ir;
using RnnJit.Runtime;

namespace RnnJit.Tests.Runtime;

/// <summary>Numbers go in and out as spans, rounded to what takes them.</summary>
public class SpanTests
{
    [TestCase(ElementType.F32)]
    [TestCase(ElementType.F64)]
    [TestCase(ElementType.I32)]
    public void A_tensor_takes_and_gives_floats(ElementType element)
    {
        using var tensor = new Tensor(element, 3);
        long before = tensor.Version;
        tensor.Set([1f, -2f, 3f]);
        Assert.That(tensor.Version, Is.GreaterThan(before));
        var single = new float[4];
        var real = new double[3];
        tensor.CopyTo(single);
        tensor.CopyTo(real);
        Assert.That((single, real), Is.EqualTo((new[] { 1f, -2f, 3f, 0f }, new[] { 1d, -2d, 3d })));
        Assert.That(() => tensor.CopyTo(new float[2]), Throws.ArgumentException.With.Message.EqualTo(
            "The tensor [3] has 3 numbers, found room for 2 (give a longer span)"));
        Assert.That(() => tensor.Set([1f]), Throws.ArgumentException);
        if (element == ElementType.I32)
            Assert.That(() => tensor.Set([1f, 1.5f, 2f]), Throws.ArgumentException);
    }

    [Test]
    public void An_array_takes_and_gives_floats()
    {
        NdArray array = NdArray.From([1f, 2f, 3f, 4f], 2, 2);
        var found = new float[4];
        array.CopyTo(found);
        Assert.That((array.Shape, found), Is.EqualTo((new[] { 2, 2 }, new[] { 1f, 2f, 3f, 4f })));
        Assert.That(() => NdArray.From([1f], 2), Throws.ArgumentException);
        Assert.That(() => array.CopyTo(new float[3]), Throws.ArgumentException);
    }

    [Test]
    public void A_tensor_of_a_file_is_copied_into_spans()
    {
        SafetensorsTensor tensor = SafetensorsTensor.From([0.5f, 2f], [2], SafetensorsDtype.BF16);
        var single = new float[2];
        var real = new double[2];
        tensor.CopyTo(single);
        tensor.CopyTo(real);
        Assert.That((single, real), Is.EqualTo((new[] { 0.5f, 2f }, new[] { 0.5, 2 })));
        Assert.That(() => tensor.CopyTo(new float[1]), Throws.ArgumentException.With.Message.EqualTo(
            "A tensor BF16[2] has 2 elements, found room for 1 (give a longer span)"));
    }

    [Test]
    public void Rows_of_batches_are_parts_of_one_memory()
    {
        ReadOnlyMemory<float> all = new float[] { 1, 2, 3, 4, 5, 6 };
        Batch batch = Batches.Of(new[] { 0, 1 }, 2).Vectors("x", 2, row => row == 0 ? all[..4] : all[4..]).Vector("v", 3,
            row => all.Slice(row * 3, 3)).Epoch(0).Single();
        Assert.That(batch.Inputs["x"].Reals.ToArray(), Is.EqualTo(new float[] { 1, 2, 5, 6, 3, 4, 0, 0 }));
        Assert.That(batch.Inputs["v"].Reals.ToArray(), Is.EqualTo(new float[] { 1, 2, 3, 4, 5, 6 }));
    }
}
