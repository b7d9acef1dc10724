using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Passes;
using RnnJit.Plans;
using RnnJit.Runtime;
using RnnJit.Text;
using RnnJit.Verify;

namespace RnnJit.Tests.Ops;

/// <summary>One body over several items: values, texts, what is refused, and places where no kernel fits.</summary>
public class ForEachTests
{
    private const string Body =
        "{\n    input s: f32[]\n    input a: f32[R, N]\n    input b: f32[R, N]\n    %0 = mul a, s\n    %1 = add %0, b\n    %2 = sub a, b\n"
            + "    return x = %1\n    return y = %2\n  }";

    private static string Program(string body = Body, string operands = "s, a, b, c, d") =>
        "program P\n  input s: f32[]\n  input a: f32[2, 3]\n  input b: f32[2, 3]\n  input c: f32[]\n  input d: f32[]\n  x, y, z, "
            + $"w = foreach {operands} {body}\n  return x = x\n  return y = y\n  return z = z\n  return w = w\n";

    private static Dictionary<string, NdArray> Data => new()
    {
        ["s"] = NdArray.Scalar(10),
        ["a"] = new NdArray([2, 3], [1, 2, 3, 4, 5, 6]),
        ["b"] = new NdArray([2, 3], [1, 1, 1, 2, 2, 2]),
        ["c"] = NdArray.Scalar(7),
        ["d"] = NdArray.Scalar(5),
    };

    [Test]
    public void Each_item_meets_the_body()
    {
        Graph program = Parser.Parse(Program());
        Verifier.Check(program);
        Assert.That(Parser.Parse(program.ToString()), Is.EqualTo(program));
        foreach (Device device in (Device[])[Device.Cpu, Device.Interpreter, Device.Parse("scalar")])
        {
            using Executable executable = Executable.Create(program, new ExecutableOptions { Device = device, Threads = 2 });
            foreach (var (name, value) in Data)
                executable.Set(name, value);
            executable.Run();
            Assert.That(executable.Output("x").ToNdArray().Data, Is.EqualTo(new double[] { 11, 21, 31, 42, 52, 62 }), device.ToString());
            Assert.That(executable.Output("y").ToNdArray().Data, Is.EqualTo(new double[] { 0, 1, 2, 2, 3, 4 }), device.ToString());
            Assert.That(executable.Output("z").ToNdArray().Data, Is.EqualTo(new double[] { 75 }), device.ToString());
            Assert.That(executable.Output("w").ToNdArray().Data, Is.EqualTo(new double[] { 2 }), device.ToString());
        }
    }

    [Test]
    public void Other_bodies_are_other_ops()
    {
        Graph program = Parser.Parse(Program()), other = Parser.Parse(Program(Body.Replace("sub a, b", "sub b, a")));
        Assert.That(program.Nodes[0].Op, Is.Not.EqualTo(other.Nodes[0].Op));
        Assert.That(program.Nodes[0].Op, Is.EqualTo(Parser.Parse(Program()).Nodes[0].Op));
    }

    [TestCase("s, a, b, c", "takes 1 numbers and 2 tensors")]
    [TestCase("s, a, c, c, d", "tensors of an item have one shape")]
    [TestCase("a, a, b, c, d", "wanted f32[]")]
    public void Operands_that_do_not_fit_are_refused(string operands, string sentence) =>
        Assert.That(() => Parser.Parse(Program(operands: operands)), Throws.TypeOf<GraphException>().With.Message.Contains(sentence));

    [TestCase("%2 = sub a, b", "%2 = maximum[1] a", "")]
    [TestCase("%1 = add %0, b", "%3 = sum[1] b\n    %1 = add %0, %3", "elementwise ops and constants only")]
    [TestCase("input a: f32[R, N]", "input a: f32[N]", "tensors f32[R, N]")]
    [TestCase("input a: f32[R, N]", "state a: f32[R, N]", "tensors f32[R, N]")]
    public void Bodies_that_are_no_items_are_refused(string from, string to, string sentence) =>
        Assert.That(() => Parser.Parse(Program(Body.Replace(from, to))), Throws.TypeOf<GraphException>().With.Message.Contains(sentence));

    [Test]
    public void A_body_without_end_is_refused() =>
        Assert.That(() => Parser.Parse(Program().Replace("\n  }", "")), Throws.TypeOf<GraphException>());

    [Test]
    public void It_has_no_derivative()
    {
        string text = Program().Replace("  return x = x\n", "  l = sum[0, 1] x\n  loss = reshape[] l\n  return loss = loss\n");
        Assert.That(() => Differentiate.Run(Parser.Parse(text), "loss", ["a"]),
            Throws.TypeOf<GraphException>().With.Message.Contains("'foreach' has no derivative"));
    }

    // A loop around it is left to the host, which says so; results are the interpreter's.
    [Test]
    public void Inside_of_a_loop_it_runs_on_the_host()
    {
        const string Text =
            "program P\n  input x: f32[T, B, 3]\n  input h: f32[B, 3]\n  y = scan[T] x, h {\n    sequence x: f32[B, 3]\n    state h: "
                + "f32[B, 3]\n    n = foreach h, x {\n      input a: f32[R, N]\n      input b: f32[R, N]\n      %0 = tanh a\n"
                + "      %1 = add %0, b\n      return r = %1\n    }\n    next h = n\n  }\n  return y = y\n";
        Graph program = Parser.Parse(Text);
        Verifier.Check(program);
        var sizes = new Dictionary<string, int> { ["T"] = 4, ["B"] = 2 };
        var data = new Dictionary<string, NdArray>
        {
            ["x"] = new NdArray([4, 2, 3], [.. Enumerable.Range(0, 24).Select(i => i / 8.0)]),
            ["h"] = new NdArray([2, 3], [1, 2, 3, 4, 5, 6])
        };
        using Executable executable = Executable.Create(program, new ExecutableOptions { Sizes = sizes, Precision = ElementType.F64 });
        foreach (var (name, value) in data)
            executable.Set(name, value);
        executable.Run();
        Assert.That(executable.Output("y").ToNdArray().Data, Is.EqualTo(Interpreter.Run(program, data, sizes)["y"].Data).Within(1e-14));
        Assert.That(executable.BufferPlan!.AllCommands.OfType<HostOpCommand>().Select(command => command.Op), Has.One.TypeOf<ForEachOp>());
    }
}
