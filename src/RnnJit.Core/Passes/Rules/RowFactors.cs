using RnnJit.Ops;

namespace RnnJit.Passes;

/// <summary>Identities that leave work of a row, which is one number, to the row.</summary>
internal static class RowFactors
{
    private const int MostSeen = 1000;

    // x / √v ⇒ x · (1 / √v) where v is one number for a row of x: a division for a row. The root of the smallest number
    // has an inverse, so nothing overflows.
    public static Value? Inverse(Application a)
    {
        if (a.Op is not DivOp || a.Maker(a.X[1]) is not SqrtOp || !IsOfRow(a.X[1]) || a.X[0].Type != a.Type)
            return null;

        return a.Make(MulOp.Instance, a.X[0], a.Make(DivOp.Instance, a.Builder.Constant(1, a.Type.Element), a.X[1]));
    }

    // (x · r) · s ⇒ x · (r · s) for numbers r, s of a row. The normalisation x · (1 / √v) is not changed.
    public static Value? Gathered(Application a)
    {
        if (a.Op is not MulOp)
            return null;

        foreach (var (x, s) in new[] { (a.X[0], a.X[1]), (a.X[1], a.X[0]) })
        {
            if (IsScale(a, s) && Scaled(a, x) is var (inner, r) && inner.Type == a.Type && !IsInverseRoot(a, r))
                return a.Make(MulOp.Instance, inner, a.Make(MulOp.Instance, r, s));
        }

        return null;
    }

    // x · s ⇒ y · (s / r) where y = x · r with r = 1 / √v is there already: who normalises needs x no more.
    public static Value? Normalised(Application a)
    {
        if (a.Op is not MulOp)
            return null;

        foreach (var (x, s) in new[] { (a.X[0], a.X[1]), (a.X[1], a.X[0]) })
        {
            if (x.Type != a.Type || IsOfRow(x) || !IsOfRow(s))
                continue;
            if (IsInverseRoot(a, s))
                a.Rewriter.Normalised[x.Id] = s;
            else if (a.Rewriter.Normalised.TryGetValue(x.Id, out Value? r))
                return a.Make(MulOp.Instance, a.Make(MulOp.Instance, x, r),
                    Without(a, s, r, []) ?? a.Make(MulOp.Instance, s, a.MakerOperands(r)[1]));
        }

        return null;
    }

    // s / r where r is a factor of s, else null. Each value is seen once: a chain of squares has twice as many
    // ways to the first one with each square.
    private static Value? Without(Application a, Value s, Value r, HashSet<int> seen)
    {
        if (s.Id == r.Id)
            return a.Builder.Constant(1, s.Type.Element);
        if (a.Maker(s) is not (MulOp or DivOp or NegOp) || seen.Count == MostSeen || !seen.Add(s.Id))
            return null;

        Value[] x = a.MakerOperands(s);
        if (Without(a, x[0], r, seen) is { } left)
            return a.Make(a.Maker(s)!, [left, .. x.Skip(1)]);
        return a.Maker(s) is MulOp && Without(a, x[1], r, seen) is { } right ? a.Make(MulOp.Instance, x[0], right) : null;
    }

    // (x + p) + p ⇒ x + 2 · p
    public static Value? Twice(Application a)
    {
        if (a.Op is not AddOp || a.Maker(a.X[0]) is not AddOp || a.X[1].Type != a.Type)
            return null;

        Value[] terms = a.MakerOperands(a.X[0]);
        int twin = Array.FindIndex(terms, term => term.Id == a.X[1].Id);
        return twin < 0 ? null : a.Make(AddOp.Instance, terms[1 - twin],
            a.Make(MulOp.Instance, a.X[1], a.Builder.Constant(2, a.Type.Element)));
    }

    private static bool IsOfRow(Value x) => x.Type.Rank > 0 && x.Type.Dims[x.Type.Rank - 1].IsOne;

    private static bool IsScale(Application a, Value x) =>
        x.Type.IsReal && (x.Type.Rank == 0 || (IsOfRow(x) && !IsOfRow(a.X[0].Id == x.Id ? a.X[1] : a.X[0])));

    // x = inner · factor, where the factor is one number for each row, or one for all rows.
    private static (Value Inner, Value Factor)? Scaled(Application a, Value x)
    {
        if (a.Maker(x) is not MulOp || IsOfRow(x) || x.Type.Rank == 0)
            return null;

        Value[] factors = a.MakerOperands(x);
        int factor = Array.FindIndex(factors, f => f.Type.Rank == 0 || IsOfRow(f));
        return factor < 0 ? null : (factors[1 - factor], factors[factor]);
    }

    private static bool IsInverseRoot(Application a, Value x) =>
        a.Maker(x) is DivOp && a.MakerOperands(x) is var parts && a.Fill(parts[0]) == 1 && a.Maker(parts[1]) is SqrtOp;
}
