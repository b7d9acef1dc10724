using RnnJit.Ir;
using RnnJit.Networks;

namespace RnnJit.Tests.Networks;

/// <summary>Changes of a block and of the tensors that lie in it.</summary>
public class TensorBlockTests
{
    [Test]
    public void A_change_of_a_part_is_one_of_the_whole_and_the_other_way_round()
    {
        using var block = new TensorBlock(ElementType.F32, [("a", [3]), ("b", [2, 2])]);
        long Changes(Action change)
        {
            long before = block.Whole.Version;
            change();
            return block.Whole.Version - before;
        }

        Assert.That(Changes(() => block.Parts["a"].Write<float>()[1] = 5), Is.EqualTo(1));
        Assert.That(Changes(() => block.Parts["a"].Read<float>()), Is.Zero);
        Assert.That(block.Whole.Read<float>()[1], Is.EqualTo(5));
        (long a, long b) = (block.Parts["a"].Version, block.Parts["b"].Version);
        Assert.That(Changes(() => block.Whole.Write<float>()), Is.Positive);
        Assert.That((block.Parts["a"].Version, block.Parts["b"].Version), Is.EqualTo((a + 1, b + 1)));
    }
}
