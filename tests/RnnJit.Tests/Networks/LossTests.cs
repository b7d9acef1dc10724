using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Verification;

namespace RnnJit.Tests.Networks;

/// <summary>Losses in plain arithmetic, and their derivatives.</summary>
public class LossTests
{
    private static readonly double[,] Logits = { { 0.5, -1, 2 }, { 0, 0.25, -0.5 }, { 3, 1, -2 }, { -1, -1.5, 0.75 } };
    private static readonly int[] Labels = [2, 0, 1, 2];
    private static readonly double[] Weights = [0.5, 2, 1.25];

    private static readonly Dictionary<string, NdArray> Point = new()
    {
        ["x"] = new NdArray([4, 3], [.. Logits.Cast<double>()]),
        ["labels"] = new NdArray([4], [.. Labels.Select(label => (double)label)]),
        ["weights"] = new NdArray([3], Weights),
        ["target"] = new NdArray([4, 3], [0, 1, 0.25, 1, 0, 0.5, 0, 1, 1, 0.75, 0, 1]),
    };

    private static IEnumerable<TestCaseData> Variants =>
        from reduction in new[] { Reduction.Mean, Reduction.Sum }
        from smoothing in new[] { 0, 0.2 }
        from ignored in new int?[] { null, 2, -100 }
        from weighted in new[] { false, true }
        select new TestCaseData(reduction, smoothing, ignored, weighted);

    // torch.nn.CrossEntropyLoss: the mean is divided by the weights of the targets that are not ignored;
    // smoothing spreads over weighted classes.
    [TestCaseSource(nameof(Variants))]
    public void Cross_entropy_is_that_of_torch(Reduction reduction, double smoothing, int? ignored, bool weighted)
    {
        double nll = 0, smooth = 0, weight = 0;
        for (int n = 0; n < 4; n++)
        {
            if (Labels[n] == ignored)
                continue;
            double[] row = [Logits[n, 0], Logits[n, 1], Logits[n, 2]];
            double normaliser = Math.Log(row.Sum(Math.Exp));
            double W(int c) => weighted ? Weights[c] : 1;
            nll += W(Labels[n]) * (normaliser - row[Labels[n]]);
            smooth += Enumerable.Range(0, 3).Sum(c => W(c) * (normaliser - row[c]));
            weight += W(Labels[n]);
        }

        double wanted = ((1 - smoothing) * nll) + (smoothing / 3 * smooth);
        Graph program = Classes(reduction, smoothing, ignored, weighted);
        Assert.That(Interpreter.Run(program, Point)["loss"].Data[0],
            Is.EqualTo(reduction == Reduction.Mean ? wanted / weight : wanted).Within(1e-12));
        Passes(program, weighted ? ["x", "weights"] : ["x"]);
    }

    [Test]
    public void Rows_stay_without_reduction()
    {
        Graph rows = Classes(Reduction.None, 0.1, 2, weighted: true), sum = Classes(Reduction.Sum, 0.1, 2, weighted: true);
        NdArray losses = Interpreter.Run(rows, Point)["loss"];
        Assert.That(losses.Shape, Is.EqualTo(new[] { 4, 1 }));
        Assert.That(losses.Data[0], Is.Zero);
        Assert.That(losses.Data.Sum(), Is.EqualTo(Interpreter.Run(sum, Point)["loss"].Data[0]).Within(1e-12));
    }

    [TestCase(Reduction.Mean)]
    [TestCase(Reduction.Sum)]
    public void Regression(Reduction reduction)
    {
        double[] x = Point["x"].Data, t = Point["target"].Data;
        double Reduced(Func<double, double> loss) => x.Zip(t, (a, b) => loss(a - b)).Sum() / (reduction == Reduction.Mean ? x.Length : 1);
        Same((y, target) => Loss.MeanSquaredError(y, target, reduction), Reduced(e => e * e));
        Same((y, target) => Loss.MeanAbsoluteError(y, target, reduction), Reduced(Math.Abs));
        Same((y, target) => Loss.Pinball(y, target, 0.9, reduction), Reduced(e => e < 0 ? -0.9 * e : 0.1 * e));
        Same((y, target) => Loss.Huber(y, target, 0.6, reduction),
            Reduced(e => Math.Abs(e) <= 0.6 ? e * e / 2 : 0.6 * (Math.Abs(e) - 0.3)));
    }

    [Test]
    public void Binary_cross_entropy_with_and_without_weight()
    {
        double[] x = Point["x"].Data, t = Point["target"].Data;
        double Total(double weight) =>
            x.Zip(t, (a, b) => -((weight * b * Math.Log(1 / (1 + Math.Exp(-a)))) + ((1 - b) * Math.Log(1 / (1 + Math.Exp(a)))))).Sum();
        Same((y, target) => Loss.BinaryCrossEntropy(y, target, reduction: Reduction.Sum), Total(1));
        Same((y, target) => Loss.BinaryCrossEntropy(y, target, y.Builder.Constant(3), Reduction.Sum), Total(3));
    }

    [TestCase(0)]
    [TestCase(800)]
    [TestCase(-800)]
    public void Binary_cross_entropy_has_finite_value_and_gradient_everywhere(double logit)
    {
        var point = new Dictionary<string, NdArray> { ["x"] = new NdArray([1, 1], [logit]), ["target"] = new NdArray([1, 1], [0.25]) };
        Dictionary<string,
            NdArray> found = Interpreter.Run(Differentiated(Elements((y, target) => Loss.BinaryCrossEntropy(y, target))), point);
        Assert.That(found["loss"].Data[0], Is.EqualTo(logit == 0 ? Math.Log(2) : logit > 0 ? 600 : 200).Within(1e-12));
        Assert.That(found["d_x"].Data[0], Is.EqualTo(logit == 0 ? 0.25 : logit > 0 ? 0.75 : -0.25).Within(1e-12));
    }

    [TestCase(3, "'labels' holds index 3, wanted 0 to 2 (check the classes)")]
    [TestCase(-1, "'labels' holds index -1, wanted 0 to 2 (check the classes; "
        + "Loss.CrossEntropy leaves the class of padding out with IgnoreIndex)")]
    public void A_class_outside_the_range_is_named(int label, string sentence)
    {
        var point = new Dictionary<string, NdArray>(Point) { ["labels"] = new NdArray([4], [0, 1, label, 2]) };
        Assert.That(() => Interpreter.Run(Classes(Reduction.Mean, 0, null, false), point),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.EqualTo(sentence));
        Assert.That(() => Interpreter.Run(Classes(Reduction.Mean, 0, label, false), point), Throws.Nothing);
    }

    // Of 1, 2, … 10 the mean pinball loss of q = 0.75 is least at the eighth: 0.25 · (7 + … + 1) + 0.75 · (1 + 2).
    [Test]
    public void The_pinball_loss_is_least_at_the_quantile()
    {
        Graph program = Elements((y, t) => Loss.Pinball(y, t, 0.75, Reduction.Sum));
        double[] targets = [.. Enumerable.Range(1, 10).Select(i => (double)i)];
        double At(double y) => Interpreter.Run(program, new Dictionary<string, NdArray>
        {
            ["x"] = new NdArray([1, 10], [.. targets.Select(_ => y)]), ["target"] = new NdArray([1, 10], targets),
        })["loss"].Data[0];
        Assert.That(At(8), Is.EqualTo((0.25 * 28) + (0.75 * 3)).Within(1e-12));
        Assert.That(new[] { 5, 6, 7, 7.5, 8.5, 9, 10 }.Select(At), Has.All.GreaterThan(At(8)));
    }

    [Test]
    public void Numbers_out_of_range_are_refused()
    {
        Assert.That(() => Elements((y, t) => Loss.Huber(y, t, 0)),
            Throws.TypeOf<GraphException>().With.Message.Contains("delta of the Huber loss is 0").And.Property("Id").EqualTo("RNNJ143"));
        foreach (double quantile in (double[])[0, 1, -0.1, double.NaN])
        {
            Assert.That(() => Elements((y, t) => Loss.Pinball(y, t, quantile)), Throws.TypeOf<GraphException>()
                .With.Message.StartsWith($"The quantile of the pinball loss is {quantile}, wanted a number above 0").And.Property("Id")
                    .EqualTo("RNNJ143"));
        }

        Assert.That(() => Classes(Reduction.Mean, 1, null, false),
            Throws.TypeOf<GraphException>().With.Message.Contains("label smoothing is 1").And.Property("Id").EqualTo("RNNJ143"));
    }

    private static void Same(Func<Value, Value, Value> loss, double wanted)
    {
        Graph program = Elements(loss);
        Assert.That(Interpreter.Run(program, Point)["loss"].Data[0], Is.EqualTo(wanted).Within(1e-12));
        Passes(program, ["x", "target"]);
    }

    private static void Passes(Graph program, string[] inputs)
    {
        GradientReport report = GradientCheck.Run(program, "loss", inputs, Point);
        Assert.That(report.Passed, report.ToString());
    }

    private static Graph Differentiated(Graph program) => RnnJit.Passes.Differentiate.Run(program, "loss", ["x"]);

    private static Graph Elements(Func<Value, Value, Value> loss)
    {
        var builder = new GraphBuilder();
        Value x = builder.Input("x", new TensorType(ElementType.F32, "N", "C")),
            target = builder.Input("target", new TensorType(ElementType.F32, "N", "C"));
        return builder.Build("program", "loss", [("loss", loss(x, target), OutputRole.Result)]);
    }

    private static Graph Classes(Reduction reduction, double smoothing, int? ignored, bool weighted)
    {
        var builder = new GraphBuilder();
        Value x = builder.Input("x", new TensorType(ElementType.F32, "N", "C"));
        var labels = new Indices(builder.Input("labels", new TensorType(ElementType.I32, "N")));
        Value? weights = weighted ? builder.Input("weights", new TensorType(ElementType.F32, "C")) : null;
        var options =
            new CrossEntropyOptions { Reduction = reduction, LabelSmoothing = smoothing, IgnoreIndex = ignored, ClassWeights = weights };
        return builder.Build("program", "loss", [("loss", Loss.CrossEntropy(x, labels, options), OutputRole.Result)]);
    }
}
