using RnnJit.Ir;

namespace RnnJit.Core.Tests.Ir;

public class DimTests
{
    [TestCase("H", "H")]
    [TestCase("4H", "4H")]
    [TestCase("I + H", "H + I")]
    [TestCase("1 + 2L", "2L + 1")]
    [TestCase("2L - 3 + L", "3L - 3")]
    [TestCase("H - H", "0")]
    [TestCase("-H+5", "-H + 5")]
    [TestCase("H2 + 3H2 - I", "4H2 - I")]
    public void A_linear_form_has_one_text(string written, string canonical)
    {
        Assert.That(Dim.Parse(written).ToString(), Is.EqualTo(canonical));
        Assert.That(Dim.Parse(canonical), Is.EqualTo(Dim.Parse(written)));
    }

    [TestCase("")]
    [TestCase(" ")]
    [TestCase("H*2")]
    [TestCase("-")]
    [TestCase("99999999999")]
    [TestCase("3.5")]
    public void Other_texts_are_refused(string text) =>
        Assert.That(() => Dim.Parse(text), Throws.TypeOf<GraphException>().With.Property(nameof(GraphException.Id)).EqualTo("RNNJ102"));

    [Test]
    public void Sums_and_multiples_are_linear()
    {
        Dim h = "H", i = "I";

        Assert.That((2 * (h + i)) - h + 1, Is.EqualTo(Dim.Parse("H + 2I + 1")));
        Assert.That(h - h, Is.EqualTo(Dim.Of(0)));
        Assert.That((h - h).IsConstant, Is.True);
        Assert.That(h.AsSymbol, Is.EqualTo("H"));
        Assert.That((2 * h).AsSymbol, Is.Null);
        Assert.That(h == i, Is.False);
    }

    [Test]
    public void A_form_is_evaluated_with_sizes()
    {
        Assert.That(Dim.Parse("2L + 1").Evaluate(new Dictionary<string, int> { ["L"] = 4 }), Is.EqualTo(9));
        Assert.That(
            () => Dim.Parse("2L + K").Evaluate(new Dictionary<string, int> { ["L"] = 4 }),
            Throws.TypeOf<GraphException>().With.Property(nameof(GraphException.Id)).EqualTo("RNNJ101"));
    }

    [TestCase("2L", int.MaxValue)]
    [TestCase("2147483647L - 2147483647K", int.MinValue)]
    [TestCase("2147483647L + 2147483647K + 2147483647M + 2147483647N", int.MaxValue)]
    public void A_value_out_of_range_is_refused(string dim, int size) =>
        Assert.That(
            () => Dim.Parse(dim).Evaluate(new Dictionary<string, int> { ["L"] = size, ["K"] = int.MaxValue, ["M"] = size, ["N"] = size }),
            OutOfRange);

    [Test]
    public void Arithmetic_out_of_range_is_refused()
    {
        Dim most = int.MaxValue, symbols = Dim.Parse("2147483647H");

        Assert.That(() => most + 1, OutOfRange);
        Assert.That(() => (-1 * most) - 2, OutOfRange);
        Assert.That(() => 2 * most, OutOfRange);
        Assert.That(() => symbols + "H", OutOfRange);
        Assert.That(() => 65536 * (65536 * Dim.Symbol("H")), OutOfRange);
        Assert.That(() => Dim.Of(int.MinValue), OutOfRange);
        Assert.That(() => Dim.Parse("2147483647 + 1"), OutOfRange);
        Assert.That(() => Dim.Parse("2147483647H + H"), OutOfRange);
    }

    private static NUnit.Framework.Constraints.IResolveConstraint OutOfRange =>
        Throws.TypeOf<GraphException>().With.Property(nameof(GraphException.Id)).EqualTo("RNNJ200");

    [Test]
    public void Symbols_are_substituted_by_forms() =>
        Assert.That(Dim.Parse("2L + K").Substitute(symbol => symbol == "L" ? Dim.Parse("H + 1") : Dim.Symbol(symbol)),
            Is.EqualTo(Dim.Parse("2H + K + 2")));
}
