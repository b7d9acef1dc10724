using System.Reflection;
using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Tests.Verification;

namespace RnnJit.Tests;

/// <summary>Derivatives of attention; a function of <see cref="Attention"/> without a sample fails. Values in plain arithmetic.</summary>
public class AttentionTests
{
    private static readonly Dictionary<string, Func<GraphBuilder, bool, Value>> Samples = new()
    {
        [nameof(Attention.Mask)] = (b, steps) =>
            Attention.Mask(new Indices(b.Input("i", new TensorType(ElementType.I32, "B"))), "S") * Query(b, steps: false, width: "S"),
        [nameof(Attention.Memory)] = (b, steps) => Attention.Read(Query(b, steps, "S"), Attention.Memory(Real(b, "m", "S", "B", "K"))),
        [nameof(Attention.Dot)] = (b, steps) => Attention.Dot(Query(b, steps), Keys(b, "Q")),
        [nameof(Attention.ScaledDot)] = (b, steps) => Attention.ScaledDot(Query(b, steps), Keys(b, "Q")),
        [nameof(Attention.General)] = (b, steps) => Attention.General(Query(b, steps), Keys(b), new Matrix(Real(b, "W", "Q", "K"))),
        [nameof(Attention.Additive)] = (b, steps) => Attention.Additive(
            Query(b, steps), Keys(b), new Matrix(Real(b, "Wq", "A", "Q")), new Matrix(Real(b, "Wk", "A", "K")),
            new Vector(Real(b, "b", "A")), new Vector(Real(b, "v", "A"))),
        [nameof(Attention.Concat)] = (b, steps) =>
            Attention.Concat(Query(b, steps), Keys(b), new Matrix(Real(b, "W", "A", Dim.Parse("Q + K"))), new Vector(Real(b, "v", "A"))),
        [nameof(Attention.Weights)] = (b, steps) =>
            Attention.Weights(Query(b, steps, "S"), Attention.Mask(new Indices(b.Input("i", new TensorType(ElementType.I32, "B"))), "S"))
                * Attention.Weights(Query(b, steps, "S", "e")),
        [nameof(Attention.Read)] = (b, steps) => Attention.Read(Query(b, steps, "S"), Keys(b)),
    };

    private static IEnumerable<string> Names => typeof(Attention)
        .GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly).Select(method => method.Name).Distinct();

    [Test]
    public void Derivatives_agree_with_differences([ValueSource(nameof(Names))] string function, [Values] bool steps)
    {
        Assert.That(Samples.Keys, Does.Contain(function), $"'{function}' has no sample (add one)");
        var builder = new GraphBuilder();
        Derivatives.Check(builder.Build("program", function, [("y", Samples[function](builder, steps), OutputRole.Result)]), second: true);
    }

    [Test]
    public void Masked_positions_have_no_weight_and_no_gradient()
    {
        var builder = new GraphBuilder();
        Value e = Real(builder, "e", "B", "S"), dy = Real(builder, "dy", "B", "S");
        Value a = Attention.Weights(e, Attention.Mask(new Indices(builder.Input("lengths", new TensorType(ElementType.I32, "B"))), "S"));
        Graph program = builder.Build("program", "p", [("a", a, OutputRole.Result), ("loss", Rnn.Total(a * dy), OutputRole.Result)]);
        Dictionary<string,
            NdArray> found = Interpreter.Run(RnnJit.Passes.Differentiate.Run(program, "loss", ["e"]), new Dictionary<string, NdArray>
            {
                ["e"] = new NdArray([3, 3], [1, 2, 1e30, 0.5, 4, -1, 1, 1, 1]),
                ["dy"] = new NdArray([3, 3], [1, -1, 7, 2, 3, 4, 5, 6, 7]),
                ["lengths"] = new NdArray([3], [2, 1, 0]),
            });

        double first = 1 / (1 + Math.E), second = 1 - first, slope = first * second * 2;
        Assert.That(found["a"].Data, Is.EqualTo(new[] { first, second, 0, 1, 0, 0, 0, 0, 0 }).Within(1e-15));
        Assert.That(found["d_e"].Data, Is.EqualTo(new[] { slope, -slope, 0, 0, 0, 0, 0, 0, 0 }).Within(1e-15));
    }

    // e = q · k / √2, a = softmax e, c = Σ a v.
    [Test]
    public void Scaled_dot_in_plain_arithmetic()
    {
        var builder = new GraphBuilder();
        Value c = Attention.Read(Attention.Weights(Attention.ScaledDot(Query(builder, steps: false), Keys(builder, "Q"))),
            Real(builder, "values", "B", "S", "V"));
        Dictionary<string,
            NdArray> found = Interpreter.Run(builder.Build("program", "p", [("c", c, OutputRole.Result)]), new Dictionary<string, NdArray>
            {
                ["q"] = new NdArray([1, 2], [1, 2]),
                ["keys"] = new NdArray([1, 2, 2], [0.5, 1, -1, 0.25]),
                ["values"] = new NdArray([1, 2, 1], [3, 5]),
            });
        double e0 = Math.Exp(2.5 / Math.Sqrt(2)), e1 = Math.Exp(-0.5 / Math.Sqrt(2));
        Assert.That(found["c"].Data[0], Is.EqualTo(((3 * e0) + (5 * e1)) / (e0 + e1)).Within(1e-14));
    }

    [Test]
    public void Other_shapes_are_refused()
    {
        var builder = new GraphBuilder();
        Assert.That(
            () => Attention.Dot(Real(builder, "q", "Q"), Keys(builder, "Q")),
            Throws.TypeOf<GraphException>().With.Message.EqualTo(
                "Attention needs a query [B, Q] or [B, T, Q] and a memory [B, S, A], found f32[Q] and f32[B, S, Q] (give those shapes)"));
    }

    private static Value Query(GraphBuilder builder, bool steps, string width = "Q", string name = "q") =>
        steps ? Real(builder, name, "B", "T", width) : Real(builder, name, "B", width);

    private static Value Keys(GraphBuilder builder, string width = "K") => Real(builder, "keys", "B", "S", width);

    private static Value Real(GraphBuilder builder, string name, params Dim[] dims) =>
        builder.Input(name, new TensorType(ElementType.F32, dims));
}
