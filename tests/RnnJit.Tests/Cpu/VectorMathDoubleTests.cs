using RnnJit.Cpu;
using RnnJit.Cpu.Simd;

namespace RnnJit.Tests.Cpu;

[TestFixture(typeof(Scalar64))]
[TestFixture(typeof(Vec128F64))]
[TestFixture(typeof(Vec256F64))]
[TestFixture(typeof(Vec512F64))]
public sealed class VectorMathDoubleTests<V>
    where V : struct, ISimd<V, double>
{
    // The functions of System.Math are within 1 ULP themselves.
    private const double MaxUlp = 4;

    [Test]
    public void Doubles_are_within_four_units([Values("exp", "log", "tanh", "sigmoid")] string function)
    {
        var random = new Random(7);
        for (int i = 0; i < 100_000; i++)
        {
            double x = Math.ScaleB(random.NextDouble() - 0.5, random.Next(-40, 11));
            if (function == "log")
                x = Math.ScaleB(random.NextDouble() + 0.1, random.Next(-1050, 1020));
            Check(function, x);
        }
    }

    [Test]
    public void Lanes_have_the_bits_of_the_scalar_form([Values("exp", "log", "tanh", "sigmoid")] string function)
    {
        for (double x = 1e-9; x < 900; x *= 1.003)
        {
            foreach (double signed in new[] { x, -x })
                Assert.That(Apply<V>(function, signed), Is.EqualTo(Apply<Scalar64>(function, signed)));
        }
    }

    [TestCase("exp", double.NegativeInfinity, 0)]
    [TestCase("exp", double.PositiveInfinity, double.PositiveInfinity)]
    [TestCase("exp", 709.8, double.PositiveInfinity)]
    [TestCase("exp", -746, 0)]
    [TestCase("exp", double.NaN, double.NaN)]
    [TestCase("log", 0, double.NegativeInfinity)]
    [TestCase("log", -1, double.NaN)]
    [TestCase("log", 1, 0)]
    [TestCase("log", double.PositiveInfinity, double.PositiveInfinity)]
    [TestCase("log", double.NegativeInfinity, double.NaN)]
    [TestCase("log", double.NaN, double.NaN)]
    [TestCase("log", double.Epsilon, -744.44007192138122)]
    [TestCase("tanh", 0, 0)]
    [TestCase("tanh", -0.0, -0.0)]
    [TestCase("tanh", double.Epsilon, double.Epsilon)]
    [TestCase("tanh", double.PositiveInfinity, 1)]
    [TestCase("tanh", double.NegativeInfinity, -1)]
    [TestCase("tanh", double.NaN, double.NaN)]
    [TestCase("sigmoid", 0, 0.5)]
    [TestCase("sigmoid", double.NegativeInfinity, 0)]
    [TestCase("sigmoid", double.PositiveInfinity, 1)]
    [TestCase("sigmoid", double.MinValue, 0)]
    [TestCase("sigmoid", double.NaN, double.NaN)]
    public void Special_values_are_exact(string function, double x, double expected)
    {
        double y = Apply<V>(function, x);
        Assert.That(BitConverter.DoubleToInt64Bits(y) == BitConverter.DoubleToInt64Bits(expected)
            || (double.IsNaN(y) && double.IsNaN(expected)), $"{y:G17}");
    }

    private static void Check(string function, double x)
    {
        double exact = function switch
        {
            "exp" => Math.Exp(x),
            "log" => Math.Log(x),
            "tanh" => Math.Tanh(x),
            _ => 1 / (1 + Math.Exp(-x)),
        };
        double y = Apply<V>(function, x);
        double unit = Math.BitIncrement(Math.Abs(exact)) - Math.Abs(exact);
        bool dropped = function == "sigmoid" && exact < 1e-307 && y is >= 0 and < 1e-307;
        if (y != exact && !dropped && !(Math.Abs(y - exact) <= MaxUlp * unit))
            Assert.Fail($"{function}({x:G17}) is {y:G17}, not {exact:G17}: {Math.Abs(y - exact) / unit} ULP");
    }

    private static double Apply<TV>(string function, double x)
        where TV : struct, ISimd<TV, double>
    {
        TV v = TV.Create(x);
        v = function switch
        {
            "exp" => VectorMath.Exp<TV, double>(v),
            "log" => VectorMath.Log<TV, double>(v),
            "tanh" => VectorMath.Tanh<TV, double>(v),
            _ => VectorMath.Sigmoid<TV, double>(v),
        };
        return TV.Max(v);
    }
}
