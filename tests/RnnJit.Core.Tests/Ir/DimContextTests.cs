using RnnJit.Ir;

namespace RnnJit.Core.Tests.Ir;

public class DimContextTests
{
    [Test]
    public void An_unknown_takes_the_other_side()
    {
        var dims = new DimContext();
        Dim u = dims.Unknown();

        Assert.That(dims.Unify(u, "4H"), Is.True);
        Assert.That(dims.Resolve(u), Is.EqualTo(Dim.Parse("4H")));
    }

    [Test]
    public void A_linear_equation_is_solved()
    {
        var dims = new DimContext();
        Dim u = dims.Unknown();

        Assert.That(dims.Unify((3 * u) + 2, "6H + 5"), Is.True);
        Assert.That(dims.Resolve(u), Is.EqualTo(Dim.Parse("2H + 1")));
    }

    [Test]
    public void Unknowns_are_joined_through_chains()
    {
        var dims = new DimContext();
        Dim u = dims.Unknown(), v = dims.Unknown(), w = dims.Unknown();

        Assert.That(dims.Unify(u, v) && dims.Unify(v, w) && dims.Unify(w, "H"), Is.True);
        Assert.That(dims.Resolve(u), Is.EqualTo(Dim.Symbol("H")));
        Assert.That(dims.Resolve(v), Is.EqualTo(Dim.Symbol("H")));
    }

    [TestCase("H", "I")]
    [TestCase("H", "2H")]
    [TestCase("H + 1", "H")]
    [TestCase("3", "4")]
    [TestCase("2?0", "H")]
    [TestCase("2?0", "3")]
    [TestCase("?0 + 1", "?0")]
    public void What_cannot_be_equal_is_refused(string left, string right)
    {
        var dims = new DimContext();
        dims.Unknown();

        Assert.That(dims.Unify(left, right), Is.False);
    }

    [Test]
    public void A_bound_unknown_stays_bound()
    {
        var dims = new DimContext();
        Dim u = dims.Unknown();
        dims.Unify(u, "H");

        Assert.That(dims.Unify(u, "I"), Is.False);
        Assert.That(dims.Resolve(new TensorType(ElementType.F32, "B", u)).ToString(), Is.EqualTo("f32[B, H]"));
    }

    [Test]
    public void A_dimension_is_never_nothing_or_negative()
    {
        var dims = new DimContext();
        Dim u = dims.Unknown(), v = dims.Unknown();
        Assert.That(dims.Unify(2 * u, u), Is.False);
        Assert.That(dims.Unify(u + 3, 2), Is.False);
        Assert.That(dims.Unify(2 * u, v), Is.True);
        Assert.That(dims.Resolve(v), Is.EqualTo(2 * u));
    }
}
