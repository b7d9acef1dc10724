using RnnJit.Cpu;
using RnnJit.Cpu.Simd;

namespace RnnJit.Tests.Cpu;

[TestFixture(typeof(Scalar32))]
[TestFixture(typeof(Vec128F32))]
[TestFixture(typeof(Vec256F32))]
[TestFixture(typeof(Vec512F32))]
public sealed class VectorMathTests<V>
    where V : struct, ISimd<V, float>
{
    // Largest errors over all floats, found by Every_float; without FMA one more rounding enters each reduction.
    private static double MaxUlp(string function) => function switch
    {
        "exp" => Scalar32.HasFma ? 1.1 : 2,
        "log" => Scalar32.HasFma ? 1.1 : 2,
        "tanh" => Scalar32.HasFma ? 2 : 3,
        _ => Scalar32.HasFma ? 2.5 : 3,
    };

    [Test]
    public void Floats_spread_over_all_exponents_are_within_the_stated_error([Values("exp", "log", "tanh", "sigmoid")] string function)
    {
        // An odd step through the 2³² bit patterns meets about 2²⁰ of them, of every exponent and both signs.
        var worst = SingleSweep.Worst<V>(function, 0, 1L << 32, 4093);
        TestContext.Out.WriteLine($"{function}: {worst}");
        Assert.That(worst.Ulp, Is.LessThanOrEqualTo(MaxUlp(function)), worst.ToString());
    }

    [Test]
    public void Arguments_that_cells_produce_are_within_the_stated_error([Values("exp", "log", "tanh", "sigmoid")] string function)
    {
        // [2⁻⁸, 2⁷] and its negatives.
        var positive = SingleSweep.Worst<V>(function, 0x3B800000, 0x43000000, 127);
        var negative = SingleSweep.Worst<V>(function, 0xBB800000, 0xC3000000, 127);
        Assert.That(positive.Ulp, Is.LessThanOrEqualTo(MaxUlp(function)), positive.ToString());
        Assert.That(negative.Ulp, Is.LessThanOrEqualTo(MaxUlp(function)), negative.ToString());
    }

    [Test]
    public void Lanes_have_the_bits_of_the_scalar_form([Values("exp", "log", "tanh", "sigmoid")] string function)
    {
        var x = new float[V.Count];
        var y = new float[V.Count];
        for (long bits = 0; bits < 1L << 32; bits += 65521L * V.Count)
        {
            for (int i = 0; i < x.Length; i++)
                x[i] = BitConverter.UInt32BitsToSingle((uint)(bits + i * 65521L));
            SingleSweep.Apply<V>(function, x, y);
            for (int i = 0; i < x.Length; i++)
            {
                float scalar = SingleSweep.Apply<Scalar32>(function, x[i]);
                if (BitConverter.SingleToUInt32Bits(y[i]) != BitConverter.SingleToUInt32Bits(scalar)
                    && !(float.IsNaN(y[i]) && float.IsNaN(scalar)))
                    Assert.Fail($"{function}({x[i]:G9}): {y[i]:G9} in a vector, {scalar:G9} alone");
            }
        }
    }

    [TestCase("exp", 0f, 1f)]
    [TestCase("exp", -0f, 1f)]
    [TestCase("exp", float.PositiveInfinity, float.PositiveInfinity)]
    [TestCase("exp", float.NegativeInfinity, 0f)]
    [TestCase("exp", 88.8f, float.PositiveInfinity)]
    [TestCase("exp", float.MaxValue, float.PositiveInfinity)]
    [TestCase("exp", -104f, 0f)]
    [TestCase("exp", float.MinValue, 0f)]
    [TestCase("exp", float.NaN, float.NaN)]
    [TestCase("log", 0f, float.NegativeInfinity)]
    [TestCase("log", -0f, float.NegativeInfinity)]
    [TestCase("log", 1f, 0f)]
    [TestCase("log", -1f, float.NaN)]
    [TestCase("log", -1e-45f, float.NaN)]
    [TestCase("log", float.NegativeInfinity, float.NaN)]
    [TestCase("log", float.PositiveInfinity, float.PositiveInfinity)]
    [TestCase("log", float.NaN, float.NaN)]
    [TestCase("log", 1e-45f, -103.278929903f)]
    [TestCase("tanh", 0f, 0f)]
    [TestCase("tanh", -0f, -0f)]
    [TestCase("tanh", 1e-45f, 1e-45f)]
    [TestCase("tanh", -1e-30f, -1e-30f)]
    [TestCase("tanh", float.PositiveInfinity, 1f)]
    [TestCase("tanh", float.NegativeInfinity, -1f)]
    [TestCase("tanh", 9.5f, 1f)]
    [TestCase("tanh", float.MinValue, -1f)]
    [TestCase("tanh", float.NaN, float.NaN)]
    [TestCase("sigmoid", 0f, 0.5f)]
    [TestCase("sigmoid", -0f, 0.5f)]
    [TestCase("sigmoid", float.PositiveInfinity, 1f)]
    [TestCase("sigmoid", float.NegativeInfinity, 0f)]
    [TestCase("sigmoid", float.MaxValue, 1f)]
    [TestCase("sigmoid", float.MinValue, 0f)]
    [TestCase("sigmoid", -100f, 0f)]
    [TestCase("sigmoid", 100f, 1f)]
    [TestCase("sigmoid", float.NaN, float.NaN)]
    public void Special_values_are_exact(string function, float x, float expected)
    {
        float y = SingleSweep.Apply<V>(function, x);
        Assert.That(BitConverter.SingleToInt32Bits(y),
            Is.EqualTo(BitConverter.SingleToInt32Bits(expected)).Or.Matches<int>(_ => float.IsNaN(y) && float.IsNaN(expected)), $"{y:G9}");
    }

    [Test]
    public void Tanh_is_odd()
    {
        for (float x = 1e-10f; x < 20; x *= 1.01f)
            Assert.That(SingleSweep.Apply<V>("tanh", -x), Is.EqualTo(-SingleSweep.Apply<V>("tanh", x)));
    }

    [Test]
    public void The_sweep_finds_a_wrong_function()
    {
        // 1.000001 x is 8 to 17 units off.
        var worst = SingleSweep.Worst<V>("wrong", 0x3F800000, 0x3F900000, 997);
        Assert.That(worst.Ulp, Is.GreaterThan(7));
    }

    [Test]
    [Explicit("All 2³² floats: minutes.")]
    public void Every_float([Values("exp", "log", "tanh", "sigmoid")] string function)
    {
        var worst = SingleSweep.Every<V>(function);
        TestContext.Out.WriteLine($"{typeof(V).Name} {function}: {worst}");
        Assert.That(worst.Ulp, Is.LessThanOrEqualTo(MaxUlp(function)), worst.ToString());
    }
}
