using RnnJit.Interpretation;
using RnnJit.Ir;

namespace RnnJit.Tests;

/// <summary>Values of functions against numbers worked by hand, and the sentences for what they cannot use.</summary>
public class FunctionValueTests
{
    private static readonly NdArray Six = new([2, 3], [1, 2, 3, 4, 5, 6]);

    private const double NaN = double.NaN;

    // [T, B, C] = [3, 2, 2]; rows have 2 and 0 steps, and what lies behind is NaN.
    private static readonly NdArray Sequence = new([3, 2, 2], [1, -5, NaN, NaN, 3, -7, NaN, NaN, NaN, NaN, NaN, NaN]);

    private static IEnumerable<TestCaseData> Values =>
    [
        Case("Sum over the first axis", x => Rnn.Sum(x, 0), [1, 3], [5, 7, 9]),
        Case("Sum over the last axis by −1", x => Rnn.Sum(x, -1), [2, 1], [6, 15]),
        Case("Sum over both axes", x => Rnn.Sum(x, 1, 0), [1, 1], [21]),
        Case("Mean over the first axis", x => Rnn.Mean(x, 0), [1, 3], [2.5, 3.5, 4.5]),
        Case("Mean over both axes", x => Rnn.Mean(x, 0, 1), [1, 1], [3.5]),
        Case("Maximum over the first axis", x => Rnn.Maximum(-x, 0), [1, 3], [-1, -2, -3]),
        Case(
            "Softmax over the first axis", x => Rnn.Softmax(x, 0), [2, 3],
            [.. Enumerable.Repeat(1 / (1 + Math.Exp(3)), 3), .. Enumerable.Repeat(1 / (1 + Math.Exp(-3)), 3)]),
        Case(
            "LogSumExp over the first axis", x => Rnn.LogSumExp(x, 0), [1, 3],
            [.. new[] { 4, 5, 6 }.Select(n => n + Math.Log(1 + Math.Exp(-3)))]),
        Case("Slice of columns", x => Rnn.Slice(x, 1, 1, 2), [2, 2], [2, 3, 5, 6]),
        Case("Slice of rows by −2", x => Rnn.Slice(x, -2, 1, 1), [1, 3], [4, 5, 6]),
        Case("Reshape", x => Rnn.Reshape(x, 3, 1, 2), [3, 1, 2], [1, 2, 3, 4, 5, 6]),
        Case("Transpose", x => Rnn.Transpose(x, 1, 0), [3, 2], [1, 4, 2, 5, 3, 6]),
        Case("Transpose by −1", x => Rnn.Transpose(x, -1, 0), [3, 2], [1, 4, 2, 5, 3, 6]),
        Case("Concat along the first axis", x => Rnn.Concat(0, Rnn.Slice(x, 0, 1, 1), x), [3, 3], [4, 5, 6, 1, 2, 3, 4, 5, 6]),
        Case("Split of the first axis", x => Rnn.Split(x, 2, 0)[1], [1, 3], [4, 5, 6]),
        Case("Clip", x => Rnn.Clip(x, 2.5, 4), [2, 3], [2.5, 2.5, 3, 4, 4, 4]),
        Case("Floor", x => Rnn.Floor((x - 4) / 2), [2, 3], [-2, -1, -1, 0, 0, 1]),
        Case("Max of a number", x => Rnn.Max(3, x), [2, 3], [3, 3, 3, 4, 5, 6]),
        Case("Min of a number", x => Rnn.Min(3, x), [2, 3], [1, 2, 3, 3, 3, 3]),
        Case("LessEqual of a number", x => Rnn.LessEqual(3, x), [2, 3], [0, 0, 1, 1, 1, 1]),
        Case("Equal to a number", x => Rnn.Equal(x, 3) + (10 * Rnn.Equal(2, x)), [2, 3], [0, 10, 1, 0, 0, 0]),
        Case("Select of a number, else x", x => Rnn.Select(Rnn.Less(x, 3), 7, x), [2, 3], [7, 7, 3, 4, 5, 6]),
        Case("Select of x, else a number", x => Rnn.Select(Rnn.Less(x, 3), x, 8), [2, 3], [1, 2, 8, 8, 8, 8]),
        Case("Select of numbers", x => Rnn.Select(Rnn.Less(x, 3), 7, 8), [2, 3], [7, 7, 8, 8, 8, 8]),
        Case("Windows, same", x => Rnn.Windows(x, 0, 2), [2, 6], [1, 2, 3, 4, 5, 6, 4, 5, 6, 0, 0, 0]),
        Case("Windows, causal", x => Rnn.Windows(x, 0, 2, ConvolutionPadding.Causal), [2, 6], [0, 0, 0, 1, 2, 3, 1, 2, 3, 4, 5, 6]),
        Case("Windows, valid", x => Rnn.Windows(x, 0, 2, ConvolutionPadding.Valid), [1, 6], [1, 2, 3, 4, 5, 6]),
        Case(
            "Windows of 3 around each element", x => Rnn.Windows(Rnn.Reshape(x, 6, 1), 0, 3), [6, 3],
            [0, 1, 2, 1, 2, 3, 2, 3, 4, 3, 4, 5, 4, 5, 6, 5, 6, 0]),
        Case("Windows of 1", x => Rnn.Windows(x, 0, 1), [2, 3], [1, 2, 3, 4, 5, 6]),
        Case("ArgMax along the last axis", x => Hit(Rnn.ArgMax(Rnn.Abs(x - 2)), 3), [2, 3], [1, 0, 0, 0, 0, 1]),
        Case("ArgMax along the first axis", x => Hit(Rnn.ArgMax(Rnn.Min(x, 4), 0), 2), [3, 2], [0, 1, 0, 1, 0, 1]),
    ];

    private static IEnumerable<TestCaseData> Operators
    {
        get
        {
            double[] v = [2, 4], w = [8, 16];
            static Vector V(Value x) => new(Rnn.Reshape(Rnn.Slice(x, 0, 0, 1), 2));
            static Vector W(Value x) => new(Rnn.Reshape(Rnn.Slice(x, 0, 1, 1), 2));
            (string Name, Func<Value, Value> Apply, Func<double, double, double> Wanted)[] cases =
            [
                ("v * w", x => V(x) * W(x), (a, b) => a * b), ("v / w", x => V(x) / W(x), (a, b) => a / b),
                ("v + w", x => V(x) + W(x), (a, b) => a + b), ("v - w", x => V(x) - W(x), (a, b) => a - b),
                ("v * 3", x => V(x) * 3, (a, _) => a * 3), ("v / 3", x => V(x) / 3, (a, _) => a / 3),
                ("v + 3", x => V(x) + 3, (a, _) => a + 3), ("v - 3", x => V(x) - 3, (a, _) => a - 3),
                ("3 * v", x => 3 * V(x), (a, _) => 3 * a), ("3 / v", x => 3 / V(x), (a, _) => 3 / a),
                ("3 + v", x => 3 + V(x), (a, _) => 3 + a), ("3 - v", x => 3 - V(x), (a, _) => 3 - a),
                ("v / value", x => V(x) / W(x).Tensor, (a, b) => a / b), ("value / v", x => V(x).Tensor / W(x), (a, b) => a / b),
                ("-v", x => -V(x), (a, _) => -a),
            ];
            foreach (var (name, apply, wanted) in cases)
                yield return new TestCaseData(apply, v.Zip(w, wanted).ToArray()).SetArgDisplayNames(name);
        }
    }

    [TestCaseSource(nameof(Values))]
    public void A_function_gives_what_its_definition_says(Func<Value, Value> function, int[] shape, double[] wanted)
    {
        NdArray found = Of(function, Six);
        Assert.That(found.Shape, Is.EqualTo(shape));
        Assert.That(found.Data, Is.EqualTo(wanted).Within(1e-15));
    }

    [TestCaseSource(nameof(Operators))]
    public void A_vector_meets_vectors_values_and_numbers(Func<Value, Value> apply, double[] wanted) =>
        Assert.That(Of(apply, new NdArray([2, 2], [2, 4, 8, 16])).Data, Is.EqualTo(wanted).Within(1e-15));

    [Test]
    public void A_matrix_meets_numbers()
    {
        var six = new NdArray([2, 2], [1, 2, 3, 4]);
        double[] Found(Func<Matrix, Matrix> apply) => Of(x => apply(new Matrix(x)).Tensor, six).Data;
        Assert.That(Found(w => 2 * w), Is.EqualTo(new double[] { 2, 4, 6, 8 }));
        Assert.That(Found(w => w * 2), Is.EqualTo(new double[] { 2, 4, 6, 8 }));
        Assert.That(Found(w => w / 2), Is.EqualTo(new[] { 0.5, 1, 1.5, 2 }));
        Assert.That(Found(w => w + 1), Is.EqualTo(new double[] { 2, 3, 4, 5 }));
        Assert.That(Found(w => 1 + w), Is.EqualTo(new double[] { 2, 3, 4, 5 }));
        Assert.That(Found(w => w - 1), Is.EqualTo(new double[] { 0, 1, 2, 3 }));
        Assert.That(Found(w => 1 - w), Is.EqualTo(new double[] { 0, -1, -2, -3 }));
        Assert.That(Found(w => -w), Is.EqualTo(new double[] { -1, -2, -3, -4 }));
    }

    [Test]
    public void The_mean_over_time_leaves_padding_out()
    {
        NdArray found = OverTime(Rnn.MeanOverTime);
        Assert.That(found.Shape, Is.EqualTo(new[] { 2, 2 }));
        Assert.That(found.Data, Is.EqualTo(new double[] { 2, -6, 0, 0 }));
    }

    [Test]
    public void The_maximum_over_time_leaves_padding_out()
    {
        NdArray found = OverTime(Rnn.MaxOverTime);
        Assert.That(found.Shape, Is.EqualTo(new[] { 2, 2 }));
        Assert.That(found.Data, Is.EqualTo(new double[] { 3, -5, 0, 0 }));
    }

    // The control of both: without lengths the padding is read.
    [Test]
    public void A_mean_without_lengths_reads_the_padding() =>
        Assert.That(Of(x => Rnn.Mean(x, 0), Sequence).Data, Has.All.NaN);

    [Test]
    public void Of_equal_places_the_first_is_the_maximum_and_NaN_counts_as_most()
    {
        double[] Place(params double[] row) => Of(x => Hit(Rnn.ArgMax(x), row.Length), new NdArray([1, row.Length], row)).Data;
        Assert.That(Place(1, 3, 3), Is.EqualTo(new double[] { 0, 1, 0 }));
        Assert.That(Place(double.NegativeInfinity, double.NegativeInfinity), Is.EqualTo(new double[] { 1, 0 }));
        Assert.That(Place(1, double.NaN, double.PositiveInfinity, double.NaN), Is.EqualTo(new double[] { 0, 1, 0, 0 }));
    }

    private static IEnumerable<TestCaseData> Wrong =>
    [
        Refused("RNNJ115", x => Rnn.Sum(x, 2), "Sum is given axis 2 of f32[2, 3], wanted an axis from -2 to 1 (axes are counted from 0, "
            + "from the end with -1)"),
        Refused("RNNJ115", x => Rnn.Mean(x, -3), "Mean is given axis -3 of f32[2, 3], wanted an axis from -2 to 1 (axes are counted from "
            + "0, from the end with -1)"),
        Refused("RNNJ115", x => Rnn.Maximum(x, []), "Maximum is given no axis of f32[2, 3] (name one, such as 0 or -1 for the last)"),
        Refused("RNNJ115", x => Rnn.Softmax(Rnn.Total(x), 0), "Softmax is given axis 0 of f32[], wanted a tensor with axes (axes are "
            + "counted from 0, from the end with -1)"),
        Refused("RNNJ115", x => Rnn.ArgMax(x, 5).Tensor, "ArgMax is given axis 5 of f32[2, 3], wanted an axis from -2 to 1 (axes are "
            + "counted from 0, from the end with -1)"),
        Refused("RNNJ116", x => Rnn.Reshape(x, 4, 2), "'reshape[4, 2]' does not fit f32[2, 3] (the number of elements stays)"),
        Refused("RNNJ117", x => Rnn.Transpose(x, 1, 1), "'transpose[1, 1]' does not fit f32[2, 3] (name every axis once)"),
        Refused("RNNJ118", x => Rnn.Slice(x, 1, 2, 2), "Slice takes 2 elements from 2 on along axis 1 of f32[2, 3], wanted at least one "
            + "and none beyond 3, whatever its symbols are (name the axis so that start + length fits, such as T + 2)"),
        Refused("RNNJ118", x => Rnn.Split(x, 2, 1)[0], "Split needs axis 1 of 2 equal parts, found f32[2, 3] (make it 2 times a "
            + "dimension)"),
        Refused("RNNJ119", x => Rnn.Concat(0, x, Rnn.Reshape(x, 3, 2)),
            "'concat[0]' does not fit f32[2, 3] and f32[3, 2] (all other extents agree)"),
        Refused("RNNJ126", x => Rnn.Clip(x, 1, 0.5), "Clip has the bounds 1 and 0.5, wanted the lower one first (exchange them)"),
        Refused("RNNJ126", x => Rnn.Windows(x, 0, 0), "The width of Windows is 0, wanted a positive number (3 is usual)"),
        Refused("RNNJ126", x => Rnn.Windows(x, 1, 2), "Windows runs along axis 1 of f32[2, 3], the last one, where the elements of a "
            + "window stand side by side (choose another axis, or add one of extent 1 with Reshape)"),
        Refused("RNNJ126", x => Rnn.Windows(x, 0, 3, ConvolutionPadding.Valid),
            "Windows of 3 without padding along axis 0 of f32[2, 3] have no "
            + "place where the axis is shorter (use a narrower window, or ConvolutionPadding.Same)"),
        Refused("RNNJ126", x => Rnn.MeanOverTime(x, new Indices(x.Builder.Input("lengths", new TensorType(ElementType.I32, 2)))),
            "MeanOverTime is given a sequence f32[2, 3] and lengths i32[2], wanted [T, B, …] and i32[B] (give a length for each row)"),
    ];

    [TestCaseSource(nameof(Wrong))]
    public void What_does_not_fit_gets_a_sentence(string id, Func<Value, Value> function, string sentence) => Assert.That(
        () => Of(function, Six), Throws.TypeOf<GraphException>().With.Message.EqualTo(sentence).And.Property("Id").EqualTo(id));

    private static TestCaseData Refused(string id, Func<Value, Value> function, string sentence) =>
        new TestCaseData(id, function, sentence).SetArgDisplayNames(sentence);

    private static TestCaseData Case(string name, Func<Value, Value> function, int[] shape, double[] wanted) =>
        new TestCaseData(function, shape, wanted).SetArgDisplayNames(name);

    private static Value Hit(Indices places, int count) => Rnn.OneHot(places, count);

    private static NdArray OverTime(Func<Value, Indices, Value> function)
    {
        var builder = new GraphBuilder();
        Value y = builder.Input("y", new TensorType(ElementType.F32, "T", "B", 2));
        Value lengths = builder.Input("lengths", new TensorType(ElementType.I32, "B"));
        Graph program = builder.Build("program", "p", [("r", function(y, new Indices(lengths)), OutputRole.Result)]);
        return Interpreter.Run(program, new Dictionary<string, NdArray> { ["y"] = Sequence, ["lengths"] = new([2], [2, 0]) })["r"];
    }

    private static NdArray Of(Func<Value, Value> function, NdArray x)
    {
        var builder = new GraphBuilder();
        Value input = builder.Input("x", new TensorType(ElementType.F32, [.. x.Shape.Select(extent => (Dim)extent)]));
        Graph program = builder.Build("program", "p", [("r", function(input), OutputRole.Result)]);
        return Interpreter.Run(program, new Dictionary<string, NdArray> { ["x"] = x })["r"];
    }
}
