using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Passes.Rules;

/// <summary>Identities of reductions.</summary>
internal static class Reductions
{
    // Σ or max over axes of extent 1 ⇒ x        Σ of 0 ⇒ 0
    public static Value? Trivial(Application a)
    {
        if (a.Op is not ReductionOp reduction)
            return null;
        if (reduction.Axes.All(axis => a.X[0].Type.Dims[axis].IsOne))
            return a.X[0];

        return reduction is SumOp && a.Fill(a.X[0]) == 0 ? a.Filled(0) : null;
    }

    // x + scatter(i, rows) ⇒ rows added to x in place
    public static Value? IntoTable(Application a)
    {
        if (a.Op is not AddOp || a.X[0].Type != a.X[1].Type)
            return null;

        int scattered = a.Maker(a.X[1]) is ScatterOp ? 1 : a.Maker(a.X[0]) is ScatterOp ? 0 : -1;
        if (scattered < 0)
            return null;

        Value[] rows = a.MakerOperands(a.X[scattered]);
        return a.Make(ScatterAddOp.Instance, a.X[1 - scattered], rows[0], rows[1]);
    }

    // Σ over leading axes of x · y ⇒ a contraction that keeps the other axes, so that the product is never written if nobody else wants it
    public static Value? OfProduct(Application a)
    {
        if (a.Op is not SumOp sum || !a.UsedOnce || a.Maker(a.X[0]) is not MulOp)
            return null;

        Value[] factors = a.MakerOperands(a.X[0]);
        int rank = a.X[0].Type.Rank;
        if (factors.Any(factor => factor.Type != a.X[0].Type) || sum.Axes.Contains(rank - 1) || rank > 8)
            return null;

        string labels = "abcdefgh".Substring(0, rank);
        string kept = new(labels.Where((_, axis) => !sum.Axes.Contains(axis)).ToArray());
        return a.Make(new ReshapeOp(a.Type.Dims), a.Make(new ContractOp($"{labels},{labels}->{kept}"), factors));
    }
}
