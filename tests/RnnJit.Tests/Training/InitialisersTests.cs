using RnnJit.Networks;
using RnnJit.Randomness;
using RnnJit.Training;

namespace RnnJit.Tests.Training;

internal sealed class InitialisersTests
{
    [Test]
    public void Zeros_and_constants_fill_everything()
    {
        var weights = Enumerable.Repeat(3f, 5).ToArray();
        Initialisers.Zeros(weights.AsSpan());
        Assert.That(weights, Is.All.EqualTo(0f));
        Initialisers.Constant(weights.AsSpan(), 0.1);
        Assert.That(weights, Is.All.EqualTo(0.1f));
    }

    [Test]
    public void The_identity_has_ones_on_its_diagonal()
    {
        var weights = Enumerable.Repeat(3f, 6).ToArray();
        Initialisers.Identity(weights.AsSpan(), 2, 3);
        Assert.That(weights, Is.EqualTo(new float[] { 1, 0, 0, 0, 1, 0 }));
        Assert.That(() => Initialisers.Identity(weights.AsSpan(), 2, 2), Throws.ArgumentException);
    }

    // The mean of 10,000 numbers has a standard error of 0.0029.
    [Test]
    public void Uniform01_lies_between_0_and_1()
    {
        var weights = new double[10_000];
        Initialisers.UniformUnit(weights.AsSpan(), new RandomStream(1));
        Assert.That(weights, Is.All.InRange(0.0, 1.0));
        Assert.That(weights.Average(), Is.EqualTo(0.5).Within(0.015));
        Assert.That(weights.Min(), Is.LessThan(0.01));
    }

    // Uniform on ±k: σ² = k²/3, μ₄ = k⁴/5; five standard errors are left to chance.
    [TestCase(300, 100), TestCase(50, 800)]
    public void Glorot_weights_have_variance_two_over_the_fans(int rows, int columns)
    {
        var weights = new double[rows * columns];
        Initialisers.GlorotUniform(weights.AsSpan(), rows, columns, new RandomStream(1));

        var limit = Math.Sqrt(6.0 / (rows + columns));
        var variance = 2.0 / (rows + columns);
        Assert.That(weights, Is.All.InRange(-limit, limit));
        Assert.That(weights.Max(), Is.GreaterThan(0.99 * limit));
        Assert.That(weights.Average(), Is.Zero.Within(5 * Math.Sqrt(variance / weights.Length)));
        Assert.That(
            weights.Average(w => w * w),
            Is.EqualTo(variance).Within(5 * Math.Sqrt((Math.Pow(limit, 4) / 5 - variance * variance) / weights.Length)));
    }

    [Test]
    public void Float_weights_are_the_double_ones_rounded()
    {
        var singles = new float[60];
        var doubles = new double[60];

        Initialisers.GlorotUniform(singles.AsSpan(), 6, 10, new RandomStream(2));
        Initialisers.GlorotUniform(doubles.AsSpan(), 6, 10, new RandomStream(2));
        Assert.That(singles, Is.EqualTo(doubles.Select(w => (float)w)));

        Initialisers.Orthogonal(singles.AsSpan(), 6, 10, new RandomStream(2));
        Initialisers.Orthogonal(doubles.AsSpan(), 6, 10, new RandomStream(2));
        Assert.That(singles, Is.EqualTo(doubles.Select(w => (float)w)));
    }

    // Each element of Q'Q is a sum of n products of unit vectors: its rounding error is at most about n·u (u = 2^-53), that of
    // the second orthogonalisation against up to n vectors likewise: 4·n·u covers both and the normalisation.
    [TestCase(1, 1), TestCase(64, 64), TestCase(97, 31), TestCase(31, 97), TestCase(1, 9), TestCase(9, 1)]
    public void Orthogonal_weights_have_orthonormal_rows_or_columns(int rows, int columns)
    {
        var weights = new double[rows * columns];
        Initialisers.Orthogonal(weights.AsSpan(), rows, columns, new RandomStream(3));

        var (count, length) = (Math.Min(rows, columns), Math.Max(rows, columns));
        double Element(int vector, int e) => rows >= columns ? weights[e * columns + vector] : weights[vector * columns + e];
        var tolerance = 4 * length * Math.ScaleB(1, -53);
        for (var a = 0; a < count; a++)
        {
            for (var b = 0; b <= a; b++)
            {
                var product = Enumerable.Range(0, length).Sum(e => Element(a, e) * Element(b, e));
                Assert.That(product, Is.EqualTo(a == b ? 1 : 0).Within(tolerance), $"{a}, {b}");
            }
        }
    }

    // For a uniform orthogonal n × n matrix the trace has mean 0 and variance 1; a fixed sign of the
    // diagonal would shift it by about √(2n/π).
    [Test]
    public void Orthogonal_weights_prefer_no_sign()
    {
        const int trials = 400;
        const int n = 16;
        var random = new RandomStream(4);
        var sum = 0.0;
        for (var trial = 0; trial < trials; trial++)
        {
            var weights = new double[n * n];
            Initialisers.Orthogonal(weights.AsSpan(), n, n, random);
            sum += Enumerable.Range(0, n).Sum(i => weights[i * n + i]);
        }

        Assert.That(sum / trials, Is.Zero.Within(5 / Math.Sqrt(trials)));
    }

    [Test]
    public void A_gain_scales_the_orthogonal_matrix()
    {
        var plain = new double[12];
        var scaled = new double[12];
        Initialisers.Orthogonal(plain.AsSpan(), 4, 3, new RandomStream(5));
        Initialisers.Orthogonal(scaled.AsSpan(), 4, 3, new RandomStream(5), gain: 2);
        Assert.That(scaled, Is.EqualTo(plain.Select(w => 2 * w)));
    }

    [Test]
    public void Wrong_shapes_and_bounds_are_refused()
    {
        var random = new RandomStream(6);
        Assert.That(() => Initialisers.GlorotUniform(new float[5].AsSpan(), 2, 3, random), Throws.TypeOf<ArgumentException>());
        Assert.That(() => Initialisers.Orthogonal(new float[0].AsSpan(), 0, 3, random), Throws.TypeOf<ArgumentException>());
        Assert.That(() => Initialisers.Uniform(new float[5].AsSpan(), 0, random), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => Initialisers.Uniform(new float[5].AsSpan(), double.NaN, random), Throws.TypeOf<ArgumentOutOfRangeException>());
    }
}
