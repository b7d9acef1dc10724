using RnnJit.Ir;

namespace RnnJit.Core.Tests.Ir;

public class DimContextTests
{
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
