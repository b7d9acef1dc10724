using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Passes;

/// <summary>Identities of reductions.</summary>
internal static class Reductions
{
    private const int MostSeen = 1000;

    // Σ x ⇒ x and max x ⇒ x over axes of extent 1; Σ 0 ⇒ 0
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
        return a.Make(new ReshapeOp(a.Type.Dims), a.Make(new ContractOp($"{labels},{labels}->{kept}", sum.Forwards), factors));
    }

    // Σ (x · r) ⇒ (Σ x) · r        Σ (x / r) ⇒ (Σ x) / r        Σ −x ⇒ −Σ x        for sums of rows and r that does not change along them
    public static Value? FactorsOut(Application a)
    {
        if (a.Op is not SumOp sum || !IsOfRows(a, sum) || a.Maker(a.X[0]) is not (MulOp or DivOp or NegOp))
            return null;

        Op op = a.Maker(a.X[0])!;
        Value[] x = a.MakerOperands(a.X[0]);
        if (op is NegOp)
            return a.Make(op, a.Make(sum, x[0]));
        int factor = IsSame(a, sum, x[1]) ? 1 : op is MulOp && IsSame(a, sum, x[0]) ? 0 : -1;
        return factor < 0 || x[1 - factor].Type != a.X[0].Type ? null : a.Make(op, a.Make(sum, x[1 - factor]), x[factor]);
    }

    // Σ (x ± y · r) ⇒ Σ x ± (Σ y) · r where r is known after a sum only: both sums are then taken in one go
    public static Value? AroundSums(Application a)
    {
        if (a.Op is not SumOp sum || !IsOfRows(a, sum) || a.Maker(a.X[0]) is not (AddOp or SubOp))
            return null;

        Value[] terms = a.MakerOperands(a.X[0]);
        if (terms.Any(term => term.Type != a.X[0].Type) || !terms.Any(term => WaitsForSum(a, sum, term, [])))
            return null;

        return a.Make(a.Maker(a.X[0])!, a.Make(sum, terms[0]), a.Make(sum, terms[1]));
    }

    // Σ (x − (Σ x) / n) ⇒ 0 for n terms
    public static Value? OfCentred(Application a)
    {
        if (a.Op is not SumOp { Axes.Count: 1 } sum || a.Maker(a.X[0]) is not SubOp)
            return null;

        Value[] x = a.MakerOperands(a.X[0]);
        if (x[0].Type != a.X[0].Type || a.Maker(x[1]) is not DivOp)
            return null;
        Value[] mean = a.MakerOperands(x[1]);
        bool centred = sum.Equals(a.Maker(mean[0])) && a.MakerOperands(mean[0])[0].Id == x[0].Id
            && IsExtent(a, mean[1], x[0].Type.Dims[sum.Axes[0]]);
        return centred ? a.Filled(0) : null;
    }

    private static bool IsOfRows(Application a, SumOp sum) => sum.Axes.Contains(a.X[0].Type.Rank - 1);

    private static bool IsExtent(Application a, Value x, Dim dim) =>
        a.Maker(x) is ExtentOp extent ? extent.Dim == dim : dim.IsConstant && x.Type.Rank == 0 && a.Fill(x) == dim.Constant;

    private static bool IsSame(Application a, SumOp sum, Value factor)
    {
        int missing = a.X[0].Type.Rank - factor.Type.Rank;
        return sum.Axes.All(axis => axis < missing || factor.Type.Dims[axis - missing].IsOne);
    }

    // Each value once: a value that is added to itself again and again has twice as many ways to the first one with each addition.
    private static bool IsNew(HashSet<int> seen, Value x) => seen.Count < MostSeen && seen.Add(x.Id);

    private static bool WaitsForSum(Application a, SumOp sum, Value term, HashSet<int> seen)
    {
        if (!IsNew(seen, term))
            return false;
        while (a.Maker(term) is NegOp)
            term = a.MakerOperands(term)[0];
        return a.Maker(term) switch
        {
            MulOp => a.MakerOperands(term).Any(factor => IsSame(a, sum, factor) && HasSum(a, factor, [])),
            DivOp => a.MakerOperands(term)[1] is var factor && IsSame(a, sum, factor) && HasSum(a, factor, []),
            AddOp or SubOp =>
                a.MakerOperands(term) is var inner && inner.All(x => x.Type == term.Type) && inner.Any(x => WaitsForSum(a, sum, x, seen)),
            _ => false,
        };
    }

    // Whether arithmetic on numbers of rows reads a reduction.
    private static bool HasSum(Application a, Value x, HashSet<int> seen) => a.Maker(x) is ReductionOp
        || (IsNew(seen, x) && a.Maker(x) is ElementwiseOp && a.MakerOperands(x)
            .Any(operand => operand.Type.Rank > 0 && operand.Type.Dims[operand.Type.Rank - 1].IsOne && HasSum(a, operand, seen)));
}
