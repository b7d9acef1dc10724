using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Text;

namespace RnnJit.Core.Tests.Text;

public class TextFormTests
{
    private static readonly double[] Corners =
    [
        0, -0.0, 1, -1, 0.1, 1.0 / 3, double.Epsilon, double.MaxValue, double.MinValue, float.Epsilon, float.MaxValue,
        2.2250738585072014e-308, 123456789012345680, 1e22, 1e-7, double.NaN, double.PositiveInfinity, double.NegativeInfinity,
    ];

    [TestCaseSource(typeof(SampleGraphs), nameof(SampleGraphs.Cases))]
    public void Printing_what_was_read_gives_the_text(string text) => Assert.That(Parser.Parse(text).ToString(), Is.EqualTo(text));

    [TestCaseSource(typeof(SampleGraphs), nameof(SampleGraphs.Cases))]
    public void Reading_what_was_printed_gives_the_graph(string text)
    {
        Graph graph = Parser.Parse(text);

        Assert.That(Parser.Parse(Printer.Print(graph)), Is.EqualTo(graph));
        Assert.That(Parser.Parse(Printer.PrintNamed(graph)), Is.EqualTo(graph));
    }

    [Test]
    public void Every_number_reads_back_bit_for_bit([Values] ElementType element)
    {
        var random = new Random(7);
        IEnumerable<double> drawn =
            Enumerable.Range(0, 500).Select(_ => BitConverter.Int64BitsToDouble(random.NextInt64())).Where(double.IsFinite);
        foreach (double number in Corners.Concat(drawn))
        {
            var b = new GraphBuilder();
            Value scalar = b.Constant(number, element), filled = b.Add(new ConstantOp(number, new TensorType(element, "H")));
            Graph graph = b.Build("program", "numbers", [("a", scalar, OutputRole.Result), ("b", filled, OutputRole.Result)]);
            Graph read = Parser.Parse(graph.ToString());

            Assert.That(read, Is.EqualTo(graph), graph.ToString());
            foreach (ConstantOp constant in read.Nodes.Select(node => (ConstantOp)node.Op))
                Assert.That(BitConverter.DoubleToInt64Bits(constant.Value),
                    Is.EqualTo(BitConverter.DoubleToInt64Bits(number)).Or.Matches<long>(_ => double.IsNaN(number)));
        }
    }

    [Test]
    public void Comments_blank_lines_and_missing_types_are_read()
    {
        Graph graph =
            Parser.Parse("# head\n\nprogram p # kind and name\r\n  input x: f32[B]\n  y = tanh x   # the value\n\n  return y = y\n");

        Assert.That(graph.ToString(), Is.EqualTo("program p\n  input x: f32[B]\n  %0: f32[B] = tanh x\n  return y = %0\n"));
    }

    [Test]
    public void Local_names_are_shown_on_request_and_do_not_count()
    {
        Graph named = Parser.Parse("program p\n  input x: f32[B]\n  gate = tanh x\n  return y = gate\n");
        Graph plain = Parser.Parse("program p\n  input x: f32[B]\n  %0 = tanh x\n  return y = %0\n");

        Assert.That(named, Is.EqualTo(plain));
        Assert.That(Printer.PrintNamed(named), Does.Contain("gate: f32[B] = tanh x"));
    }

    [TestCase("", "RNNJ106", "empty")]
    [TestCase("program", "RNNJ106", "Line 1")]
    [TestCase("program p\n  input x", "RNNJ106", "Line 2")]
    [TestCase("program p\n  input x: f16[B]", "RNNJ103", "Line 2")]
    [TestCase("program p\n  input x: f32[4-]", "RNNJ102", "Line 2")]
    [TestCase("program p\n  input x: f32[99999999999]", "RNNJ102", "Line 2")]
    [TestCase("program p\n  input x: f32[B]\n  %0 = tan x", "RNNJ105", "Line 3")]
    [TestCase("program p\n  input x: f32[B]\n  %0 = tanh[1] x", "RNNJ105", "Line 3")]
    [TestCase("program p\n  input x: f32[B]\n  %0 = tanh y", "RNNJ106", "Line 3")]
    [TestCase("program p\n  input x: f32[B]\n  %0 = add x", "RNNJ110", "Line 3")]
    [TestCase("program p\n  input x: f32[B]\n  %0, %1 = tanh x", "RNNJ106", "Line 3")]
    [TestCase("program p\n  input x: f32[B]\n  %0: f32[H] = tanh x", "RNNJ106", "Line 3")]
    [TestCase("program p\n  input x: f32[B]\n  x = tanh x", "RNNJ106", "Line 3")]
    [TestCase("program p\n  input x: f32[B]\n  }", "RNNJ106", "Line 3")]
    [TestCase("program p\n  input x: f32[B]\n  %0 = sum[0 x", "RNNJ106", "Line 3")]
    [TestCase("program p\n  input x: f32[B]\n  nonsense", "RNNJ106", "Line 3")]
    [TestCase("program p\n  input x: f32[B]\n  %0 = scan[T] x", "RNNJ106", "Line 3")]
    [TestCase("program p\n  input x: f32[T]\n  %0 = scan[T, backwards] x {\n  }", "RNNJ106", "Line 3")]
    [TestCase("program p\n  input x: f32[T]\n  %0 = scan[T] x {\n    sequence a: f32[]\n", "RNNJ106", "'}' is missing")]
    [TestCase("program p\n  input x: f32[B]\n  return y", "RNNJ106", "Line 3")]
    [TestCase("program p\n  input x: f32[B]\n  : f32[B] = tanh x", "RNNJ106", "Line 3: a result of 'tanh' has no name")]
    [TestCase("program p\n  input x: f32[B]\n  = tanh x", "RNNJ106", "Line 3")]
    [TestCase("program p\n  input x: f32[2147483647H]\n  %0 = concat[0] x, x", "RNNJ200", "Line 3")]
    [TestCase("program p\n  input x: f32[2147483647H + 2147483647H]", "RNNJ200", "Line 2")]
    [TestCase("program p\n  input x: f32[B, B]\n  input w: f32[B, H]\n  %0 = contract[aa,ab->b] x, w", "RNNJ113",
        "'aa,ab->b' is no contraction")]
    [TestCase("program p\n  input x: f32[B, H]\n  input w: f32[B, B]\n  %0 = contract[ab,aa->b] x, w", "RNNJ113",
        "'ab,aa->b' is no contraction")]
    [TestCase("program p\n  input x: f32[B, H]\n  input w: f32[B]\n  %0 = contract[ab,a->bb] x, w", "RNNJ113",
        "'ab,a->bb' is no contraction")]
    [TestCase("program p\n  input x: f32[T + 1, H]\n  %0 = reshape[T, H] x", "RNNJ116", "Line 3")]
    [TestCase("program p\n  input x: f32[T - 1, H]\n  %0 = reshape[T, H] x", "RNNJ116", "Line 3")]
    public void Bad_text_is_refused_with_its_line(string text, string id, string sentence) =>
        Assert.That(() => Parser.Parse(text),
            Throws.TypeOf<GraphException>().With.Property(nameof(GraphException.Id)).EqualTo(id).And.Message.Contains(sentence));
}
