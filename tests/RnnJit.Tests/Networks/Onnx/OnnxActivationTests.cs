using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Networks.Onnx;
using RnnJit.Verification;

namespace RnnJit.Tests.Networks.Onnx;

/// <summary>The eleven functions against the formulas of Operators.md of ONNX, and how names and numbers find each other.</summary>
public class OnnxActivationTests
{
    private const double Alpha = 0.7, Beta = 0.3;

    private static readonly Dictionary<string, Func<double, double>> Formulas = new()
    {
        ["Relu"] = x => Math.Max(0, x),
        ["Tanh"] = x => (1 - Math.Exp(-2 * x)) / (1 + Math.Exp(-2 * x)),
        ["Sigmoid"] = x => 1 / (1 + Math.Exp(-x)),
        ["Affine"] = x => (Alpha * x) + Beta,
        ["LeakyRelu"] = x => x >= 0 ? x : Alpha * x,
        ["ThresholdedRelu"] = x => x >= Alpha ? x : 0,
        ["ScaledTanh"] = x => Alpha * Math.Tanh(Beta * x),
        ["HardSigmoid"] = x => Math.Min(Math.Max((Alpha * x) + Beta, 0), 1),
        ["Elu"] = x => x >= 0 ? x : Alpha * (Math.Exp(x) - 1),
        ["Softsign"] = x => x / (1 + Math.Abs(x)),
        ["Softplus"] = x => Math.Log(1 + Math.Exp(x)),
    };

    private static readonly double[] Points = [-3.1, -1.3, -0.6, -0.2, 0.1, 0.6, 0.9, 2.3];

    private static IEnumerable<string> Names => OnnxActivation.Names;

    [TestCaseSource(nameof(Names))]
    public void A_function_and_its_slope_are_those_of_the_specification(string name)
    {
        Graph graph = Total(name);
        var x = new Dictionary<string, NdArray> { ["x"] = new([Points.Length], Points) };
        double[] found = Interpreter.Run(graph, x)["y"].Data;
        for (int i = 0; i < Points.Length; i++)
            Assert.That(found[i], Is.EqualTo(Formulas[name](Points[i])).Within(1e-15 * 8), $"{name}({Points[i]})");
        Assert.That(GradientCheck.Run(graph, "loss", ["x"], x).Passed, name);
    }

    [Test]
    public void There_are_eleven() => Assert.That(OnnxActivation.Names, Is.EquivalentTo(Formulas.Keys));

    [Test]
    public void Large_numbers_stay_finite()
    {
        foreach (string name in Names)
        {
            Graph gradient = RnnJit.Passes.Differentiate.Run(Total(name), "loss", ["x"]);
            Assert.That(Interpreter.Run(gradient, new Dictionary<string, NdArray> { ["x"] = new([2], [-2000, 2000]) })["d_x"].Data,
                Has.All.Matches<double>(double.IsFinite), name);
        }
    }

    [Test]
    public void Numbers_go_to_the_functions_that_have_them_in_order() =>
        Assert.That(
            OnnxActivation.Find(["Tanh", "leakyrelu", "Affine", "Elu"], [0.5, 2], [3]).Select(activation => activation.ToString()),
            Is.EqualTo(["Tanh", "LeakyRelu(0.5)", "Affine(2, 3)", "Elu(1)"]));

    [Test]
    public void An_unknown_name_lists_the_known_ones() => Refuses(
        () => OnnxActivation.Find(["Swish"], [], []),
        "'Swish' is no activation of ONNX (write one of Relu, Tanh, Sigmoid, Affine, LeakyRelu, ThresholdedRelu, ScaledTanh, HardSigmoid, "
            + "Elu, Softsign, Softplus)");

    [Test]
    public void A_number_without_default_must_be_given() =>
        Refuses(() => OnnxActivation.Find(["Affine"], [2], []), "'Affine' needs beta, which has no default (give activation_beta)");

    [Test]
    public void Attributes_and_shapes_are_checked()
    {
        Refuses(() => Apply(new OnnxAttributes { Activations = ["Tanh", "Tanh"] }),
            "'RNN' forward has 2 activations, wanted 1 (1 for each direction)");
        Refuses(() => Apply(new OnnxAttributes { Direction = "backward" }),
            "'backward' is no direction of ONNX (write forward, reverse or bidirectional)");
        Refuses(() => Apply(new OnnxAttributes { Clip = 0 }), "clip is 0, wanted more than 0 (leave it away for none)");
        Refuses(() => Apply(new OnnxAttributes { Layout = 2 }), "layout is 2, wanted 0 or 1 (0 is time first)");
        Refuses(() => Apply(new OnnxAttributes { Direction = "bidirectional" }),
            "'RNN' needs W [2, H, I], found f32[1, H, I] (change one of them)");
    }

    private static void Apply(OnnxAttributes attributes)
    {
        var builder = new GraphBuilder();
        Value Input(string name, params Dim[] dims) => builder.Input(name, new TensorType(ElementType.F32, dims));
        OnnxRecurrent.Simple(Input("x", "T", "B", "I"), Input("w", 1, "H", "I"), Input("r", 1, "H", "H"), attributes: attributes);
    }

    private static void Refuses(Action run, string sentence) =>
        Assert.That(run, Throws.TypeOf<GraphException>().With.Message.EqualTo(sentence).And.Property("Id").EqualTo("RNNJ169"));

    private static Graph Total(string name)
    {
        var builder = new GraphBuilder();
        Value x = builder.Input("x", new TensorType(ElementType.F32, "N")), y = OnnxActivation.Find([name], [Alpha], [Beta])[0].Apply(x);
        return builder.Build("program", name, [("y", y, OutputRole.Result), ("loss", Rnn.Total(y * y), OutputRole.Result)]);
    }
}
