using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Text;
using RnnJit.Training;
using RnnJit.Verify;

namespace RnnJit.Core.Tests.Training;

public class OptimiserTests
{
    private static IEnumerable<Optimiser> Optimisers =>
    [
        new Sgd(),
        new Sgd { Momentum = 0.9, Dampening = 0.3, WeightDecay = 0.1, ClipValue = 0.5 },
        new Sgd { Momentum = 0.9, Nesterov = true },
        new Adam(),
        new Adam { AmsGrad = true, WeightDecay = 0.1 },
        new Adam { Decoupled = true, WeightDecay = 0.1 },
        new RmsProp(),
        new RmsProp { Centred = true, Momentum = 0.5 },
        new Adagrad { RateDecay = 0.1, Start = 0.2 },
        new Adadelta(),
    ];

    [TestCaseSource(nameof(Optimisers))]
    public void A_step_is_one_elementwise_kernel(Optimiser optimiser)
    {
        Graph step = optimiser.Build();

        Assert.That(step.Nodes.Select(node => node.Op.Family), Is.All.EqualTo(OpFamily.Elementwise).Or.EqualTo(OpFamily.Leaf));
        Assert.That(() => Verifier.Check(step), Throws.Nothing);
        Assert.That(Parser.Parse(step.ToString()), Is.EqualTo(step));
        Assert.That(step.Inputs.Select(port => port.Name),
            Is.EqualTo((string[])["p", .. optimiser.States, "g", "scale", .. optimiser.Scalars]));
        Assert.That(step.Outputs.Select(output => output.Name), Is.EqualTo((string[])["p", .. optimiser.States]));
        Assert.That(() => Verifier.Check(optimiser.Build(ElementType.F64)), Throws.Nothing);
    }

    // Kingma and Ba 2015, algorithm 1, t = 3.
    [Test]
    public void Adam_corrects_its_bias()
    {
        var scalars = new double[2];
        new Adam { Beta1 = 0.8, Beta2 = 0.95 }.SetScalars(scalars, 3, 0.1);

        Assert.That(scalars[0], Is.EqualTo(0.1 / (1 - 0.512)).Within(1e-15));
        Assert.That(scalars[1], Is.EqualTo(Math.Sqrt(1 - 0.857375)).Within(1e-15));
    }

    [Test]
    public void The_first_step_is_not_dampened()
    {
        var scalars = new double[2];
        var sgd = new Sgd { Momentum = 0.9, Dampening = 0.25 };

        sgd.SetScalars(scalars, 1, 0.1);
        Assert.That(scalars, Is.EqualTo(new[] { 0.1, 1 }));
        sgd.SetScalars(scalars, 2, 0.1);
        Assert.That(scalars, Is.EqualTo(new[] { 0.1, 0.75 }));
    }

    [TestCase(10, 5, ExpectedResult = 5 / (10 + 1e-6))]
    [TestCase(5, 10, ExpectedResult = 1)]
    [TestCase(0, 1, ExpectedResult = 1)]
    public double The_norm_is_clipped_only_when_too_long(double norm, double bound) => GradientNorm.Scale(norm, bound);
}
