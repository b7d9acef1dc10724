using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Passes;
using RnnJit.Verification;

namespace RnnJit.Tests.Networks;

/// <summary>CTC against the sum over all paths, each joined and rid of blanks one by one.</summary>
public class CtcTests
{
    private const int Steps = 5, Batch = 5, Classes = 3, Labels = 3;

    // Repeats, no label at all, a target as long as its input, steps and labels behind the ends.
    private static readonly int[] InputLengths = [5, 4, 5, 3, 2], TargetLengths = [2, 2, 0, 3, 1];
    private static readonly int[] Targets = [1, 2, 2, 2, 2, 1, 1, 1, 1, 1, 2, 1, 2, 0, 0];

    [TestCase(0)]
    [TestCase(2)]
    public void The_loss_is_that_of_all_paths(int blank)
    {
        double[] wanted = Enumerable.Range(0, Batch).Select(row => -Math.Log(Probability(row, blank))).ToArray();
        Assert.That(Run(blank, Reduction.None)["loss"].Data, Is.EqualTo(wanted).Within(1e-12));
        Assert.That(Run(blank, Reduction.Sum)["loss"].Data[0], Is.EqualTo(wanted.Sum()).Within(1e-12));
        Assert.That(Run(blank, Reduction.Mean)["loss"].Data[0],
            Is.EqualTo(wanted.Select((loss, row) => loss / Math.Max(TargetLengths[row], 1)).Average()).Within(1e-12));
    }

    [TestCase(Reduction.Sum)]
    [TestCase(Reduction.Mean)]
    public void Derivatives_agree_with_differences(Reduction reduction)
    {
        GradientReport report = GradientCheck.Run(Program(0, reduction), "loss", ["x"], Point(0));
        Assert.That(report.Passed, report.ToString());
    }

    [Test]
    public void What_lies_past_the_end_has_no_gradient()
    {
        NdArray gradient = Interpreter.Run(Differentiate.Run(Program(0, Reduction.Sum), "loss", ["x"]), Point(0))["d_x"];
        for (int t = 0; t < Steps; t++)
        {
            for (int row = 0; row < Batch; row++)
            {
                double[] classes = gradient.Data[((((t * Batch) + row) * Classes))..][..Classes];
                Assert.That(classes.Sum(), Is.Zero.Within(1e-14), "softmax takes no constant");
                Assert.That(classes.Any(d => d != 0), Is.EqualTo(t < InputLengths[row]), $"step {t} of row {row}");
            }
        }
    }

    // Two equal labels need a blank between them: three steps.
    [Test]
    public void Labels_without_a_path_have_an_infinite_loss_and_a_finite_gradient()
    {
        Dictionary<string, NdArray> point = Point(0);
        point["inputLengths"] = new NdArray([Batch], [5, 2, 5, 3, 2]);
        point["targets"].Data[3] = point["targets"].Data[4] = 2;
        Assert.That(Interpreter.Run(Program(0, Reduction.None), point)["loss"].Data[1], Is.EqualTo(double.PositiveInfinity));
        Assert.That(Interpreter.Run(Differentiate.Run(Program(0, Reduction.Sum), "loss", ["x"]), point)["d_x"].Data,
            Has.All.Matches<double>(double.IsFinite));
    }

    [Test]
    public void A_target_longer_than_its_input_is_named()
    {
        Dictionary<string, NdArray> point = Point(0);
        point["inputLengths"].Data[3] = 2;
        Assert.That(
            () => Interpreter.Run(Program(0, Reduction.Sum), point),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.EqualTo(
                "'targetLengths' holds 3 in row 3, wanted at most 2, which 'inputLengths' holds (shorten the one or lengthen the other)"));
    }

    [Test]
    public void A_length_beyond_the_targets_is_named()
    {
        Dictionary<string, NdArray> point = Point(0);
        point["targetLengths"].Data[0] = 4;
        Assert.That(() => Interpreter.Run(Program(0, Reduction.Sum), point), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message
            .EqualTo("'targetLengths' holds index 4, wanted 0 to 3 (check the classes)"));
    }

    [Test]
    public void Other_shapes_are_refused()
    {
        var builder = new GraphBuilder();
        Value x = builder.Input("x", new TensorType(ElementType.F32, "B", "C"));
        var n = new Indices(builder.Input("n", new TensorType(ElementType.I32, "B")));
        Assert.That(() => Loss.Ctc(x, n, n, n), Throws.TypeOf<GraphException>().With.Message
            .StartsWith("Ctc needs logits [T, B, C], targets [B, L] and lengths [B], found f32[B, C], i32[B]"));
    }

    private static Dictionary<string, NdArray> Run(int blank, Reduction reduction) =>
        Interpreter.Run(Program(blank, reduction), Point(blank));

    private static Graph Program(int blank, Reduction reduction)
    {
        var builder = new GraphBuilder();
        Value x = builder.Input("x", new TensorType(ElementType.F32, "T", "B", "C"));
        Indices Integers(string name, params Dim[] dims) => new(builder.Input(name, new TensorType(ElementType.I32, dims)));
        Value loss =
            Loss.Ctc(x, Integers("targets", "B", "L"), Integers("inputLengths", "B"), Integers("targetLengths", "B"), blank, reduction);
        return builder.Build("program", "ctc", [("loss", loss, OutputRole.Result)]);
    }

    private static Dictionary<string, NdArray> Point(int blank)
    {
        var random = new Random(3);
        return new()
        {
            ["x"] = new NdArray([Steps, Batch, Classes],
                Enumerable.Range(0, Steps * Batch * Classes).Select(_ => (random.NextDouble() * 4) - 2).ToArray()),
            ["targets"] = new NdArray([Batch, Labels], Targets.Select(label => (double)Class(label, blank)).ToArray()),
            ["inputLengths"] = new NdArray([Batch], InputLengths.Select(length => (double)length).ToArray()),
            ["targetLengths"] = new NdArray([Batch], TargetLengths.Select(length => (double)length).ToArray()),
        };
    }

    // The classes 0 and blank change places.
    private static int Class(int label, int blank) => label == 0 ? blank : label == blank ? 0 : label;

    private static double Probability(int row, int blank)
    {
        double[] x = Point(blank)["x"].Data;
        int[] target = Targets[(row * Labels)..][..TargetLengths[row]].Select(label => Class(label, blank)).ToArray();
        int length = InputLengths[row];
        double total = 0;
        for (int path = 0; path < Math.Pow(Classes, length); path++)
        {
            int[] classes = Enumerable.Range(0, length).Select(t => path / (int)Math.Pow(Classes, t) % Classes).ToArray();
            int[] joined = classes.Where((label, t) => label != blank && (t == 0 || classes[t - 1] != label)).ToArray();
            if (joined.SequenceEqual(target))
                total += classes.Select((label, t) => Softmax(x.AsSpan(((t * Batch) + row) * Classes, Classes), label))
                    .Aggregate((a, b) => a * b);
        }

        return total;
    }

    private static double Softmax(ReadOnlySpan<double> x, int label)
    {
        double sum = 0;
        foreach (double logit in x)
            sum += Math.Exp(logit);
        return Math.Exp(x[label]) / sum;
    }
}
