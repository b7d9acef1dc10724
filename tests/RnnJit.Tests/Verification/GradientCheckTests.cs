using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Text;
using RnnJit.Verification;

namespace RnnJit.Tests.Verification;

public class GradientCheckTests
{
    private static readonly Dictionary<string, NdArray> Point = new() { ["x"] = new NdArray([3], [0.3, -0.7, 1.1]) };

    [Test]
    public void A_right_gradient_passes() => Assert.That(Check(TanhOp.Instance).Passed);

    [Test]
    public void A_flipped_sign_is_caught() => Assert.That(Check(new WrongTanh(-1)).Passed, Is.False);

    [Test]
    public void An_error_of_one_in_a_hundred_thousand_is_caught() => Assert.That(Check(new WrongTanh(1 + 1e-5)).Passed, Is.False);

    [Test]
    public void A_gradient_that_is_not_a_number_is_caught() => Assert.That(Check(new WrongTanh(double.NaN)).Passed, Is.False);

    [Test]
    public void The_worst_element_is_named()
    {
        GradientReport report = Check(new WrongTanh(-1));

        Assert.That((report.Input, report.Index), Is.EqualTo(("x", 0)).Or.EqualTo(("x", 1)).Or.EqualTo(("x", 2)));
        Assert.That(report.ToString(), Does.StartWith("FAIL d_x["));
        Assert.That(report.Analytic, Is.EqualTo(-report.Numeric).Within(1e-6));
    }

    [TestCase("relu x")]
    [TestCase("abs x")]
    [TestCase("floor x")]
    [TestCase("max x, 0")]
    [TestCase("min x, 0")]
    public void A_point_on_a_kink_is_drawn_again(string kinked)
    {
        var point = new Dictionary<string, NdArray> { ["x"] = new NdArray([3], [0.5, 0, -0.5]) };
        Graph program = Loss(Parser.Parse($"program p\n  input x: f32[3]\n  y = {kinked}\n  return y = y\n"));

        GradientReport report = GradientCheck.Run(program, "loss", ["x"], point);
        Assert.That(report.Passed, report.ToString());
        Assert.That(report.Redraws, Is.GreaterThan(0));
        Assert.That(point["x"].Data, Is.EqualTo(new[] { 0.5, 0, -0.5 }), "the point given stays");
        Assert.That(
            () => GradientCheck.Run(program, "loss", ["x"], point, redraws: 0),
            Throws.TypeOf<GraphException>().With.Property(nameof(GraphException.Id)).EqualTo("RNNJ190"));
    }

    [Test]
    public void A_kink_inside_a_scan_is_seen()
    {
        Graph program = Loss(Parser.Parse("""
            program p
              input x: f32[T]
              input h: f32[]
              %0, %1 = scan[T] x, h {
                sequence x: f32[]
                state h: f32[]
                %0 = mul x, h
                %1 = relu %0
                %2 = add %1, 1
                next h = %2
                sum total = %1
              }
              return y = %1
            """));
        var point = new Dictionary<string, NdArray> { ["x"] = new NdArray([2], [0.5, 0]), ["h"] = NdArray.Scalar(1) };

        Assert.That(GradientCheck.Run(program, "loss", ["x", "h"], point).Redraws, Is.GreaterThan(0));
    }

    private static GradientReport Check(Op op)
    {
        var builder = new GraphBuilder();
        Value x = builder.Input("x", new TensorType(ElementType.F32, 3));
        Graph program = builder.Build("program", "p", [("loss", Rnn.Total(builder.Add(op, x)), OutputRole.Result)]);
        return GradientCheck.Run(program, "loss", ["x"], Point);
    }

    private static Graph Loss(Graph graph)
    {
        var builder = new GraphBuilder();
        Value[] values = builder.Inline(graph, graph.Inputs.Select(port => builder.Input(port.Name, port.Type)).ToArray());
        return builder.Build("program", "p", [("loss", Rnn.Total(values[graph.Outputs[0].Value]), OutputRole.Result)]);
    }

    // tanh whose gradient is wrong by a factor.
    private sealed class WrongTanh(double factor) : UnaryOp
    {
        public override string Name => "wrong";

        public override double Evaluate(double x) => Math.Tanh(x);

        public override Value Gradient(Value x, Value y, Value dy) => dy * factor * (1 - (y * y));

        public override string Spell(IDialect dialect, string x) => dialect.Call("Tanh", x);
    }
}
