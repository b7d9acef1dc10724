using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Text;

namespace RnnJit.Tests.Ops;

/// <summary>Values by definition: a gradient that fits a wrong value would pass the gradient contract.</summary>
public class OpValueTests
{
    private static readonly double[] Numbers = [-2.5, -1, -0.25, 0, 0.25, 1, 2.5];

    private static readonly Dictionary<string, Func<double, double>> Unary = new()
    {
        ["neg"] = x => 0 - x,
        ["exp"] = x => Math.Pow(Math.E, x),
        ["tanh"] = x => (Math.Exp(x) - Math.Exp(-x)) / (Math.Exp(x) + Math.Exp(-x)),
        ["sigmoid"] = x => Math.Exp(x) / (Math.Exp(x) + 1),
        ["relu"] = x => x < 0 ? 0 : x,
        ["abs"] = x => x < 0 ? -x : x,
        ["floor"] = x => x - (((x % 1) + 1) % 1),
        ["detach"] = x => x,
        ["log"] = x => Math.Log10(x) * Math.Log(10),
        ["sqrt"] = x => Math.Pow(x, 0.5),
    };

    private static readonly Dictionary<string, Func<double, double, double>> Binary = new()
    {
        ["add"] = (a, b) => a + b,
        ["sub"] = (a, b) => a - b,
        ["mul"] = (a, b) => a * b,
        ["div"] = (a, b) => a / b,
        ["max"] = (a, b) => a > b ? a : b,
        ["min"] = (a, b) => a < b ? a : b,
        ["less"] = (a, b) => a < b ? 1 : 0,
        ["lessequal"] = (a, b) => a <= b ? 1 : 0,
        ["equal"] = (a, b) => a == b ? 1 : 0,
    };

    [Test]
    public void Every_elementwise_op_has_a_definition_here() =>
        Assert.That(OpTable.Names.Where(IsElementwise), Is.EquivalentTo(Unary.Keys.Concat(Binary.Keys)));

    [TestCaseSource(nameof(Unary))]
    public void One_operand(KeyValuePair<string, Func<double, double>> op)
    {
        foreach (double x in Numbers.Where(x => op.Key is not ("log" or "sqrt") || x > 0))
            Assert.That(Run($"y = {op.Key} a", x, 0), Is.EqualTo(op.Value(x)).Within(1e-14), $"{op.Key} {x}");
    }

    [TestCaseSource(nameof(Binary))]
    public void Two_operands(KeyValuePair<string, Func<double, double, double>> op)
    {
        foreach (double a in Numbers)
        {
            foreach (double b in Numbers.Where(b => op.Key != "div" || b != 0))
                Assert.That(Run($"y = {op.Key} a, b", a, b), Is.EqualTo(op.Value(a, b)), $"{op.Key} {a}, {b}");
        }
    }

    [TestCase(0, ExpectedResult = 3)]
    [TestCase(1, ExpectedResult = 2)]
    [TestCase(-0.5, ExpectedResult = 2)]
    public double Select_takes_the_first_unless_zero(double condition) => Run("y = select a, b, 3d", condition, 2);

    [Test]
    public void A_branch_not_taken_does_not_show() => Assert.That(Run("y = select 1d, a, nand", 5, 0), Is.EqualTo(5));

    [TestCase("y = transpose[1, 0] x", new double[] { 1, 4, 2, 5, 3, 6 })]
    [TestCase("y = slice[1, 1, 2] x", new double[] { 2, 3, 5, 6 })]
    [TestCase("y = slice[0, 1, 1] x", new double[] { 4, 5, 6 })]
    [TestCase("y = concat[0] x, x", new double[] { 1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6 })]
    [TestCase("y = concat[1] x, x", new double[] { 1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6 })]
    [TestCase("y = reshape[3, 2] x", new double[] { 1, 2, 3, 4, 5, 6 })]
    [TestCase("y = sum[0] x", new double[] { 5, 7, 9 })]
    [TestCase("y = sum[1] x", new double[] { 6, 15 })]
    [TestCase("y = sum[0, 1] x", new double[] { 21 })]
    [TestCase("y = maximum[1] x", new double[] { 3, 6 })]
    [TestCase("y = contract[ab,cb->ac] x, x", new double[] { 14, 32, 32, 77 })]
    [TestCase("y = contract[ab,ac->bc] x, x", new double[] { 17, 22, 27, 22, 29, 36, 27, 36, 45 })]
    [TestCase("y = gather x, i", new double[] { 4, 5, 6, 1, 2, 3, 4, 5, 6 })]
    [TestCase("r = gather x, i; y = scatter[2] i, r", new double[] { 1, 2, 3, 8, 10, 12 })]
    [TestCase("y = onehot[2 : f32] i", new double[] { 0, 1, 1, 0, 0, 1 })]
    [TestCase("s = slice[0, 0, 1] x; y = broadcast[2, 3] s", new double[] { 1, 2, 3, 1, 2, 3 })]
    [TestCase("y = take[1] x, i", new double[] { 2, 1, 2, 5, 4, 5 })]
    [TestCase("o = argsort[descending, stable] i; y = onehot[3 : f32] o", new double[] { 1, 0, 0, 0, 0, 1, 0, 1, 0 })]
    [TestCase("o = argsort[descending, stable] i; q = argsort[descending, stable] o; p = inverse_permutation q; y = onehot[3 : f32] p",
        new double[] { 0, 0, 1, 1, 0, 0, 0, 1, 0 })]
    [TestCase("y = extent[2K : f32]", new double[] { 10 })]
    [TestCase("y = constant[2 : f32[3]]", new double[] { 2, 2, 2 })]
    public void Shapes_are_moved_as_defined(string lines, double[] wanted)
    {
        Graph program =
            Parser.Parse($"program p\n  input x: f32[2, 3]\n  input i: i32[3]\n  {lines.Replace("; ", "\n  ")}\n  return y = y\n");
        var inputs =
            new Dictionary<string, NdArray> { ["x"] = new NdArray([2, 3], [1, 2, 3, 4, 5, 6]), ["i"] = new NdArray([3], [1, 0, 1]) };

        Assert.That(Interpreter.Run(program, inputs, new Dictionary<string, int> { ["K"] = 5 })["y"].Data, Is.EqualTo(wanted));
    }

    private static bool IsElementwise(string name)
    {
        try
        {
            return OpTable.Read(name, "") is UnaryOp or BinaryOp;
        }
        catch (GraphException)
        {
            // It has attributes, so it is none.
            return false;
        }
    }

    private static double Run(string line, double a, double b) => Interpreter.Run(
        Parser.Parse($"program p\n  input a: f64[]\n  input b: f64[]\n  {line}\n  return y = y\n"),
        new Dictionary<string, NdArray> { ["a"] = NdArray.Scalar(a), ["b"] = NdArray.Scalar(b) })["y"].Data[0];
}
