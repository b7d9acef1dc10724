using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Verification;

namespace RnnJit.Tests.Verification;

public class RoundingSpreadTests
{
    // In float32 a number near 10,000 has steps of 2⁻¹⁰, so adding and taking away 10,000 leaves up to
    // half of one, and twice a number is exact.
    [Test]
    public void A_difference_of_large_numbers_spreads_by_their_rounding_and_a_doubling_not_at_all()
    {
        IReadOnlyDictionary<string, double> spread = RoundingSpread.Of(
            Program(ElementType.F32), Program(ElementType.F64), new Dictionary<string, NdArray> { ["x"] = new([3], [0.3, 0, 0.7]) });

        Assert.That(spread["cancelled"], Is.GreaterThan(1e-5).And.LessThanOrEqualTo(Math.Pow(2, -11)));
        Assert.That(spread["doubled"], Is.Zero);
    }

    // Where gates are saturated float32 loses so much that the tolerance is taken from several draws: it still finds a
    // gradient that is wrong by a ten-thousandth.
    [TestCase("d_h0")]
    [TestCase("d_x")]
    [TestCase("d_weight_ih_l0")]
    public void A_wrong_gradient_of_a_saturated_cell_fails_in_single(string name)
    {
        string path = Directory.GetFiles(ReferenceData.Folder, "gru_saturated.json", SearchOption.AllDirectories).Single();
        var lines = new List<string>();
        GoldenSummary summary = GoldenRunner.Run([path], new OffBy(name, 1e-4), ElementType.F32, lines.Add);

        Assert.That(summary.Failed, Is.EqualTo(1), lines[0]);
        Assert.That(lines[0], Does.Contain($"({name})"));
    }

    // Half as far again as the case's own precisions allow, and less than the draws do.
    [TestCase(1.6e-4, 1)]
    [TestCase(1.6e-3, 0)]
    public void A_gradient_within_what_the_draws_allow_passes(double error, int passed)
    {
        string path = Directory.GetFiles(ReferenceData.Folder, "gru_saturated.json", SearchOption.AllDirectories).Single();
        var lines = new List<string>();
        GoldenSummary summary = GoldenRunner.Run([path], new OffBy("d_h0", 0, error), ElementType.F32, lines.Add);
        Assert.That(summary, Is.EqualTo(new GoldenSummary(passed, 1 - passed, 0)), lines[0]);
    }

    // A draw without a number allows nothing.
    [Test]
    public void What_is_no_number_fails_though_the_draws_have_none_either()
    {
        IReadOnlyDictionary<string, double> spread = RoundingSpread.Of(
            Program(ElementType.F32, 1e38), Program(ElementType.F64, 1e38),
            new Dictionary<string, NdArray> { ["x"] = new([3], [3e38, 1, 2]) });
        Assert.That(spread["cancelled"], Is.Zero);

        var comparison = new GoldenComparison(ElementType.F32, _ => double.PositiveInfinity);
        comparison.Add("y", NdArray.Scalar(1), NdArray.Scalar(double.PositiveInfinity));
        Assert.That(comparison.Passed, Is.False);
    }

    private static Graph Program(ElementType real, double added = 10_000)
    {
        var builder = new GraphBuilder();
        Value x = builder.Input("x", new TensorType(real, 3)), large = builder.Add(new ConstantOp(added, new TensorType(real, 3)));
        return builder.Build("program", "p", [("cancelled", x + large - large, OutputRole.Result), ("doubled", x + x, OutputRole.Result)]);
    }

    /// <summary>The interpreter with a gradient that is too large by a factor, or its first number by an error.</summary>
    private sealed class OffBy(string name, double factor, double error = 0) : IGoldenBackend
    {
        public string Name => "off";

        public IReadOnlyDictionary<string, NdArray> Run(Graph program, IReadOnlyDictionary<string, NdArray> inputs)
        {
            IReadOnlyDictionary<string, NdArray> outputs = new GoldenInterpreter().Run(program, inputs);
            double[] gradient = outputs[name].Data;
            for (int i = 0; i < gradient.Length; i++)
                gradient[i] *= 1 + factor;
            gradient[0] += error;
            return outputs;
        }
    }
}
