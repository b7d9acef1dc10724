using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Passes;
using RnnJit.Tests.Ops;
using RnnJit.Text;

namespace RnnJit.Tests.Passes;

/// <summary>f(g(x)) for all ops f and g of one operand: what <see cref="Simplify"/> makes of it has the same bits, for NaN of either sign,
/// ±∞ and ±0 too.</summary>
public class AbsorbedTests
{
    private static readonly double[] Special =
    [
        double.NaN, -double.NaN, double.PositiveInfinity, double.NegativeInfinity, -0.0, 0.0, double.Epsilon, -double.Epsilon,
        0.5, -0.5, 3, -3,
    ];

    private static readonly string[] Absorbed = ["relu relu", "abs abs", "abs neg", "floor floor"];

    // An op that is new has a sample, so it is here.
    private static readonly string[] Unary =
    [
        .. OpSample.All.SelectMany(sample => Parser.Parse(sample.Text).Nodes).Select(node => node.Op).OfType<UnaryOp>()
            .Select(op => op.Name).Distinct(),
    ];

    private static IEnumerable<string> Pairs => Unary.SelectMany(outer => Unary.Select(inner => outer + " " + inner));

    [TestCaseSource(nameof(Pairs))]
    public void Simplify_keeps_the_bits(string pair) => Assert.That(Difference(Program(pair), Simplify.Run(Program(pair))), Is.Null);

    [Test]
    public void What_the_outer_op_absorbs_is_gone() =>
        Assert.That(Pairs.Where(pair => Simplify.Run(Program(pair)).Equals(Program(pair.Split(' ')[0]))), Is.EquivalentTo(Absorbed));

    // The negative control: f(g(x)) ⇒ f(x) is wrong for each other pair, and one of the numbers above shows it. A detach has no value to
    // change, but a gradient.
    [Test]
    public void A_rule_for_any_other_pair_is_found() =>
        Assert.That(Pairs.Where(pair => !pair.EndsWith(" detach", StringComparison.Ordinal)
            && Difference(Program(pair), Program(pair.Split(' ')[0])) is null), Is.EquivalentTo(Absorbed));

    // |√x| ⇒ √x is wrong in the sign of −0 and of NaN alone, |relu(x)| ⇒ relu(x) in that of NaN.
    [TestCase("abs sqrt")]
    [TestCase("abs relu")]
    public void A_rule_that_is_wrong_in_a_sign_is_found(string pair) =>
        Assert.That(Difference(Program(pair), Program(pair.Split(' ')[1])), Is.Not.Null);

    // Ops from the outermost to the innermost.
    private static Graph Program(string ops) => Parser.Parse("program P\n input x: f32[N]\n"
        + string.Concat(ops.Split(' ').Reverse().Select((op, i) => $" %{i} = {op} {(i == 0 ? "x" : "%" + (i - 1))}\n"))
        + $" return y = %{ops.Split(' ').Length - 1}\n");

    private static string? Difference(Graph wanted, Graph found)
    {
        long[] y = Bits(wanted), z = Bits(found);
        int i = Enumerable.Range(0, Special.Length).FirstOrDefault(i => y[i] != z[i], -1);
        return i < 0 ? null : $"{Special[i]} gives {Text(z[i])}, without the rule {Text(y[i])}";
    }

    // Two NaN differ in their bits alone.
    private static string Text(long bits) => $"{BitConverter.Int64BitsToDouble(bits):R} ({bits:X16})";

    private static long[] Bits(Graph program) =>
        [.. Interpreter.Run(program, new Dictionary<string, NdArray> { ["x"] = new([Special.Length], Special) })["y"].Data
            .Select(BitConverter.DoubleToInt64Bits)];
}
