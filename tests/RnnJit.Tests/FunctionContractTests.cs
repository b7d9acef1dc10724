using System.Reflection;
using RnnJit.Ir;
using RnnJit.Tests.Verification;
using RnnJit.Verification;

namespace RnnJit.Tests;

/// <summary>Derivatives of the functions that equations are made of. A function of <see cref="Rnn"/> without a sample fails.</summary>
public class FunctionContractTests
{
    private static readonly Dictionary<string, Func<GraphBuilder, Func<Value>>> Samples = new()
    {
        [nameof(Rnn.Sigmoid)] = b => { Value x = Rows(b); return () => Rnn.Sigmoid(x); },
        [nameof(Rnn.Tanh)] = b => { Value x = Rows(b); return () => Rnn.Tanh(x); },
        [nameof(Rnn.Relu)] = b => { Value x = Rows(b); return () => Rnn.Relu(x) * x; },
        [nameof(Rnn.Exp)] = b => { Value x = Rows(b); return () => Rnn.Exp(x); },
        [nameof(Rnn.Log)] = b => { Value p = Rows(b, "p"); return () => Rnn.Log(p); },
        [nameof(Rnn.Sqrt)] = b => { Value p = Rows(b, "p"); return () => Rnn.Sqrt(p); },
        [nameof(Rnn.Abs)] = b => { Value x = Rows(b); return () => Rnn.Abs(x) * x; },
        [nameof(Rnn.Floor)] = b => { Value x = Rows(b); return () => Rnn.Floor(3 * x) * x; },
        [nameof(Rnn.Max)] = b => { Value x = Rows(b), y = Rows(b, "y"); return () => Rnn.Max(x, y) * Rnn.Max(x, 0.5) * x; },
        [nameof(Rnn.Min)] = b => { Value x = Rows(b), y = Rows(b, "y"); return () => Rnn.Min(x, y) * Rnn.Min(x, 0.5) * x; },
        [nameof(Rnn.Less)] = b =>
        {
            Value x = Rows(b),
            y = Rows(b, "y"); return () => Rnn.Less(x, y) * Rnn.Less(x, 0.5) * Rnn.Less(-0.9, x) * x * y;
        },
        [nameof(Rnn.LessEqual)] = b =>
        {
            Value x = Rows(b),
            y = Rows(b, "y"); return () => Rnn.LessEqual(x, y) * Rnn.LessEqual(x, 0.5) * x * y;
        },
        [nameof(Rnn.Equal)] = b => { Value x = Rows(b); return () => Rnn.Equal(x, Rnn.Relu(x)) * x * x; },
        [nameof(Rnn.Select)] = b => { Value x = Rows(b), y = Rows(b, "y"); return () => Rnn.Select(Rnn.Less(x, y), x * x, x * y); },
        [nameof(Rnn.Softplus)] = b => { Value x = Rows(b); return () => Rnn.Softplus(x); },
        [nameof(Rnn.Clip)] = b => { Value x = Rows(b); return () => Rnn.Clip(x, -0.4, 0.5) * x; },
        [nameof(Rnn.Sum)] = b => { Value x = Rows(b); return () => (Rnn.Sum(x) + Rnn.Sum(x * x, 0) + Rnn.Sum(x * x, 0, -1)) * x; },
        [nameof(Rnn.Mean)] = b => { Value x = Rows(b); return () => (Rnn.Mean(x) + Rnn.Mean(x * x, 0) + Rnn.Mean(x * x, 0, 1)) * x; },
        [nameof(Rnn.Maximum)] = b => { Value x = Rows(b); return () => (Rnn.Maximum(x) + Rnn.Maximum(x, 0) + Rnn.Maximum(x, 0, 1)) * x; },
        [nameof(Rnn.ArgMax)] = b =>
        {
            Value x = Rows(b), w = b.Input("w", new TensorType(ElementType.F32, "H", "X"));
            return () => Rnn.Gather(new Matrix(w * w), Rnn.ArgMax(x)) * Rnn.Sum(x);
        },
        [nameof(Rnn.LogSumExp)] = b => { Value x = Rows(b); return () => Rnn.LogSumExp(x) * Rnn.LogSumExp(x, 0); },
        [nameof(Rnn.Softmax)] = b => { Value x = Rows(b); return () => Rnn.Softmax(x) * Rnn.Softmax(x, 0); },
        [nameof(Rnn.Slice)] = b =>
        {
            Value x = b.Input("x", new TensorType(ElementType.F32, "B + 2", "H"));
            return () => Rnn.Slice(x, 0, 1, "B") * Rnn.Slice(x, 0, 2, "B");
        },
        [nameof(Rnn.Reshape)] = b => { Value x = Rows(b, "x", "2H"); return () => Rnn.Reshape(x * x, "2B", "H"); },
        [nameof(Rnn.Transpose)] = b => { var (x, _) = Sequences(b); return () => Rnn.Transpose(x * x, -1, 0, 1); },
        [nameof(Rnn.Windows)] = b =>
        {
            Value x = b.Input("x", new TensorType(ElementType.F32, "T + 2", "B", "H"));
            Value Same() => Rnn.Windows(x, 0, 3) * Rnn.Windows(x, 0, 3, ConvolutionPadding.Causal);
            return () => Rnn.Windows(x * x, 0, 3, ConvolutionPadding.Valid) * Rnn.Slice(Same(), 0, 2, "T");
        },
        [nameof(Rnn.MeanOverTime)] = b => { var (y, lengths) = Sequences(b); return () => Rnn.MeanOverTime(y * y, lengths); },
        [nameof(Rnn.MaxOverTime)] = b => { var (y, lengths) = Sequences(b); return () => Rnn.MaxOverTime(y * y, lengths); },
        [nameof(Rnn.Concat)] = b =>
        {
            Value x = Rows(b), y = Rows(b, "y");
            return () => Rnn.Sum(Rnn.Concat(x * y, y, x)) * Rnn.Sum(Rnn.Concat(0, y, x), 0);
        },
        [nameof(Rnn.Split)] = b =>
        {
            Value x = b.Input("x", new TensorType(ElementType.F32, "B", "3H"));
            Value First() => Rnn.Transpose(Rnn.Split(Rnn.Transpose(x, 1, 0), 3, 0)[0], 1, 0);
            return () => Rnn.Split(x, 3).Aggregate((p, q) => p * q) * First();
        },
        [nameof(Rnn.Product)] = b =>
        {
            Value x = Rows(b),
            w = b.Input("W", new TensorType(ElementType.F32, "X", "H")); return () => Rnn.Product(new Matrix(w), x);
        },
        [nameof(Rnn.Bilinear)] = b =>
        {
            Value x = Rows(b), y = Rows(b, "y"), w = b.Input("W", new TensorType(ElementType.F32, "X", "H", "H"));
            return () => Rnn.Bilinear(new Tensor3(w), x, y);
        },
        [nameof(Rnn.Mixture)] = b =>
        {
            Value x = Rows(b), shares = b.Input("k", new TensorType(ElementType.F32, "B", "K")),
                w = b.Input("W", new TensorType(ElementType.F32, "K", "X", "H"));
            return () => Rnn.Mixture(new Tensor3(w), shares, x);
        },
        [nameof(Rnn.OneHot)] = b =>
        {
            Value i = b.Input("i", new TensorType(ElementType.I32, "B")), w = b.Input("W", new TensorType(ElementType.F32, "K", "X", "H")),
                x = Rows(b);
            Value Marked() => Rnn.Sum(Rnn.OneHot(new Indices(i), "H") * x);
            return () => Rnn.Mixture(new Tensor3(w), Rnn.OneHot(new Indices(i), new Tensor3(w)), x) * Marked();
        },
        [nameof(Rnn.Transposed)] = b =>
        {
            Value x = Rows(b),
            w = b.Input("W", new TensorType(ElementType.F32, "H", "X")); return () => Rnn.Transposed(new Matrix(w)) * x;
        },
        [nameof(Rnn.Hadamard)] = b =>
        {
            Value x = Rows(b), w = b.Input("W", new TensorType(ElementType.F32, "X", "H")),
                m = b.Input("m", new TensorType(ElementType.F32, "X", "H"));
            return () => (Rnn.Hadamard(new Matrix(w), new Matrix(m)) - new Matrix(m) + new Matrix(w)) * x;
        },
        [nameof(Rnn.Parts)] = b =>
        {
            Value x = Rows(b), w = b.Input("W", new TensorType(ElementType.F32, 2, "H", "H")),
                c = b.Input("c", new TensorType(ElementType.F32, 2, "H"));
            return () => Rnn.Parts(new Tensor3(w), 2).Zip(Rnn.Parts(new Matrix(c), 2), (matrix, row) => (matrix * x) + row)
                .Aggregate((p, q) => p * q);
        },
        [nameof(Rnn.LayerNorm)] = b =>
        {
            Value x = Rows(b, "x", "X"), gain = b.Input("g", new TensorType(ElementType.F32, "X")),
                shift = b.Input("s", new TensorType(ElementType.F32, "X"));
            return () => Rnn.LayerNorm(x, gain, shift, 0.1);
        },
        [nameof(Rnn.Gather)] = b =>
        {
            Value table = b.Input("table", new TensorType(ElementType.F32, "V", "H")),
                i = b.Input("i", new TensorType(ElementType.I32, "B"));
            return () => Rnn.Gather(new Matrix(table * table), new Indices(i));
        },
        [nameof(Rnn.Extent)] = b => { Value x = Rows(b); return () => Rnn.Extent(x, 0) * x * x; },
        [nameof(Rnn.CrossEntropy)] = b =>
        {
            Value x = b.Input("x", new TensorType(ElementType.F32, "T", "B", "V")),
                i = b.Input("i", new TensorType(ElementType.I32, "T", "B"));
            return () => Rnn.CrossEntropy(x, new Indices(i));
        },
        [nameof(Rnn.Total)] = b => { Value x = Rows(b); return () => Rnn.Total(x * x) * x; },
        [nameof(Rnn.TotalMean)] = b => { Value x = Rows(b); return () => Rnn.TotalMean(x * x) * x; },
    };

    private static IEnumerable<string> Names =>
        typeof(Rnn).GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly).Select(method => method.Name)
            .Distinct().Where(name => name != nameof(Rnn.Detach));

    [TestCaseSource(nameof(Names))]
    public void Derivatives_agree_with_differences(string function)
    {
        Assert.That(Samples.Keys, Does.Contain(function), $"'{function}' has no sample (add one)");
        var builder = new GraphBuilder();
        Func<Value> apply = Samples[function](builder);
        Derivatives.Check(builder.Build("program", function, [("y", apply(), OutputRole.Result)]), second: true);
    }

    // The value of detach passes, its derivative does not, so no difference quotient fits.
    [Test]
    public void Detach_is_the_one_that_disagrees()
    {
        var builder = new GraphBuilder();
        Value x = Rows(builder);
        Graph graph = builder.Build("program", "p", [("loss", Rnn.Total(Rnn.Detach(x) * x), OutputRole.Result)]);
        Assert.That(GradientCheck.Run(graph, "loss", ["x"], Derivatives.Draw(graph)).Passed, Is.False);
    }

    private static (Value Y, Indices Lengths) Sequences(GraphBuilder builder) => (
        builder.Input("y", new TensorType(ElementType.F32, "T", "B", "H")),
        new Indices(builder.Input("lengths", new TensorType(ElementType.I32, "B"))));

    private static Value Rows(GraphBuilder builder, string name = "x", string columns = "H") =>
        builder.Input(name, new TensorType(ElementType.F32, "B", columns));
}
