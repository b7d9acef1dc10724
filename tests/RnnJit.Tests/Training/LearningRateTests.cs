using RnnJit.Training;

namespace RnnJit.Tests.Training;

public class LearningRateTests
{
    [Test]
    public void Constant() => Rates(new ConstantRate(0.5), 0.5, 0.5, 0.5);

    [Test]
    public void Steps_down() => Rates(new StepRate(8, 2, 0.5), 8, 8, 4, 4, 2);

    [Test]
    public void Decays_by_a_factor() => Rates(new ExponentialRate(8, 0.5), 8, 4, 2, 1);

    [Test]
    public void Cosine_reaches_its_lowest_and_returns() => Rates(new CosineRate(3, 4, 1), 3, 2 + Math.Sqrt(0.5), 2, 2 - Math.Sqrt(0.5), 1, 2 - Math.Sqrt(0.5));

    [Test]
    public void Warms_up_in_a_line() => Rates(new WarmUp(4, new ExponentialRate(8, 0.5)), 2, 4, 6, 8, 8, 4, 2);

    [Test]
    public void Falls_with_the_root() => Rates(new InverseRootRate(6), 6, 6 / Math.Sqrt(2), 6 / Math.Sqrt(3), 3);

    private static void Rates(ILearningRate rate, params double[] wanted) =>
        Assert.That(Enumerable.Range(0, wanted.Length).Select(rate.At), Is.EqualTo(wanted).Within(1e-14));
}
