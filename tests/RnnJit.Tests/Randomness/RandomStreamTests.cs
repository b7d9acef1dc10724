using RnnJit.Randomness;

namespace RnnJit.Tests.Randomness;

internal sealed class RandomStreamTests
{
    private const int Draws = 100_000;

    [Test]
    public void Words_are_the_blocks_of_the_generator_in_order()
    {
        var random = new RandomStream(7, 3);
        var (a, b, c, d) = Philox.Block(7, 0, 3);
        var (e, _, _, _) = Philox.Block(7, 1, 3);

        Assert.That(Enumerable.Range(0, 5).Select(_ => random.NextUInt32()), Is.EqualTo(new[] { a, b, c, d, e }));
        Assert.That(random.Position, Is.EqualTo(5));
    }

    [Test]
    public void A_restored_position_continues_as_if_never_left()
    {
        var random = new RandomStream(1);
        for (var i = 0; i < 5; i++)
            random.NextUInt32();
        var saved = random.Position;
        var expected = Draw(random);

        Assert.That(Draw(new RandomStream(1) { Position = saved }), Is.EqualTo(expected));
        random.Position = saved;
        Assert.That(Draw(random), Is.EqualTo(expected));

        static double[] Draw(RandomStream random) =>
            [random.NextUInt32(), random.NextDouble(), random.NextGaussian(), random.NextInt32(10), random.NextUniform(-1, 1),
                random.NextGaussian()];
    }

    [Test]
    public void Streams_and_seeds_differ()
    {
        var first = new RandomStream(1, 1).NextUInt32();
        Assert.That(new RandomStream(1, 2).NextUInt32(), Is.Not.EqualTo(first));
        Assert.That(new RandomStream(2, 1).NextUInt32(), Is.Not.EqualTo(first));
    }

    // Mean and variance of n draws have standard errors σ/√n and √((μ₄ − σ⁴)/n); five of them are left to chance.
    // Uniform on [0, 1): μ = 1/2, σ² = 1/12, μ₄ = 1/80. Gaussian: μ = 0, σ² = 1, μ₄ = 3.
    [Test]
    public void Uniform_numbers_have_the_uniform_moments()
    {
        var random = new RandomStream(11);
        var draws = Enumerable.Range(0, Draws).Select(_ => random.NextDouble()).ToArray();

        Assert.That(draws, Is.All.InRange(0.0, Math.BitDecrement(1.0)));
        AssertMoments(draws, 0.5, 1.0 / 12, 1.0 / 80);
    }

    [Test]
    public void Gaussian_numbers_have_the_gaussian_moments()
    {
        var random = new RandomStream(12);
        var draws = Enumerable.Range(0, Draws).Select(_ => random.NextGaussian()).ToArray();

        AssertMoments(draws, 0, 1, 3);

        // P(|x| < 1) = 0.682689…, P(|x| < 2) = 0.954499…
        foreach (var (bound, p) in new[] { (1, 0.6826894921), (2, 0.9544997361) })
        {
            var share = draws.Count(x => Math.Abs(x) < bound) / (double)Draws;
            Assert.That(share, Is.EqualTo(p).Within(5 * Math.Sqrt(p * (1 - p) / Draws)));
        }
    }

    [Test]
    public void Uniform_numbers_stay_below_the_upper_bound()
    {
        var random = new RandomStream(13);
        for (var i = 0; i < 1000; i++)
            Assert.That(random.NextUniform(1, Math.BitIncrement(1.0)), Is.EqualTo(1.0));
        Assert.That(() => random.NextUniform(1, 1), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => random.NextUniform(double.NaN, 1), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => random.NextUniform(double.MinValue, double.MaxValue), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Whole_numbers_below_a_bound_are_equally_likely()
    {
        var random = new RandomStream(14);
        var counts = new int[7];
        for (var i = 0; i < Draws; i++)
            counts[random.NextInt32(7)]++;

        const double p = 1.0 / 7;
        foreach (var count in counts)
            Assert.That(count, Is.EqualTo(Draws * p).Within(5 * Math.Sqrt(Draws * p * (1 - p))));
    }

    [Test]
    public void Every_order_of_three_is_equally_likely()
    {
        var random = new RandomStream(15);
        var counts = new Dictionary<string, int>();
        for (var i = 0; i < Draws; i++)
        {
            var items = "abc".ToCharArray();
            random.Shuffle(items.AsSpan());
            counts[new string(items)] = counts.GetValueOrDefault(new string(items)) + 1;
        }

        const double p = 1.0 / 6;
        Assert.That(counts, Has.Count.EqualTo(6));
        foreach (var count in counts.Values)
            Assert.That(count, Is.EqualTo(Draws * p).Within(5 * Math.Sqrt(Draws * p * (1 - p))));
    }

    private static void AssertMoments(double[] draws, double mean, double variance, double fourth)
    {
        var found = draws.Average();
        var foundVariance = draws.Sum(x => (x - found) * (x - found)) / draws.Length;
        Assert.That(found, Is.EqualTo(mean).Within(5 * Math.Sqrt(variance / draws.Length)));
        Assert.That(foundVariance, Is.EqualTo(variance).Within(5 * Math.Sqrt((fourth - variance * variance) / draws.Length)));
    }
}
