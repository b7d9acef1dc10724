using RnnJit.Randomness;

namespace RnnJit.Tests.Randomness;

internal sealed class PhiloxTests
{
    // Known answers published with the authors' own implementation (Random123, kat_vectors, philox4x32 10).
    [TestCase(0x0000000000000000ul, 0x0000000000000000ul, 0x0000000000000000ul, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [TestCase(0xfffffffffffffffful, 0xfffffffffffffffful, 0xfffffffffffffffful, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [TestCase(0x299f31d0a4093822ul, 0x85a308d3243f6a88ul, 0x0370734413198a2eul, 0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void Blocks_are_the_published_ones(ulong key, ulong low, ulong high, uint r0, uint r1, uint r2, uint r3) =>
        Assert.That(Philox.Block(key, low, high), Is.EqualTo((r0, r1, r2, r3)));

    [Test]
    public void A_mask_filled_in_parts_is_the_mask_filled_at_once()
    {
        var whole = new float[103];
        Philox.FillBernoulliMask(whole, 0.7, key: 5, counter: 9);

        for (var cut = 0; cut <= whole.Length; cut++)
        {
            var parts = new float[whole.Length];
            Philox.FillBernoulliMask(parts.AsSpan(0, cut), 0.7, 5, 9);
            Philox.FillBernoulliMask(parts.AsSpan(cut), 0.7, 5, 9, first: (ulong)cut);
            Assert.That(parts, Is.EqualTo(whole));
        }
    }

    [Test]
    public void Masks_of_other_keys_and_counters_differ()
    {
        static float[] Mask(ulong key, ulong counter)
        {
            var mask = new float[64];
            Philox.FillBernoulliMask(mask, 0.5, key, counter);
            return mask;
        }

        Assert.That(Mask(1, 1), Is.EqualTo(Mask(1, 1)));
        Assert.That(Mask(1, 1), Is.Not.EqualTo(Mask(2, 1)));
        Assert.That(Mask(1, 1), Is.Not.EqualTo(Mask(1, 2)));
    }

    // A share of n Bernoulli draws has standard deviation √(p(1 − p)/n); five of them are left to chance.
    [TestCase(0.1), TestCase(0.5), TestCase(0.9)]
    public void The_kept_share_is_the_probability_and_the_mean_is_one(double keep)
    {
        var mask = new float[100_000];
        Philox.FillBernoulliMask(mask, keep, 3, 0);

        var kept = mask.Count(value => value != 0) / (double)mask.Length;
        Assert.That(kept, Is.EqualTo(keep).Within(5 * Math.Sqrt(keep * (1 - keep) / mask.Length)));
        Assert.That(mask.Distinct(), Is.EquivalentTo(new[] { 0f, (float)(1 / keep) }));
    }

    [Test]
    public void Probability_one_keeps_all()
    {
        var mask = new float[1000];
        Philox.FillBernoulliMask(mask, 1, 3, 0);
        Assert.That(mask, Is.All.EqualTo(1f));
    }

    [TestCase(0.0), TestCase(-0.1), TestCase(1.1), TestCase(double.NaN)]
    public void Other_probabilities_are_refused(double keep) =>
        Assert.That(() => Philox.FillBernoulliMask(new float[1], keep, 0, 0), Throws.TypeOf<ArgumentOutOfRangeException>());
}
