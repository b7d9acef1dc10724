using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Passes;

/// <summary>Identities of elementwise ops.</summary>
internal static class Algebra
{
    // f(1, 2) ⇒ its value
    public static Value? Fold(Application a)
    {
        if (a.Op is not ElementwiseOp op || a.X.Any(x => a.Fill(x) is null) || a.Type.Element == ElementType.I32)
            return null;

        return a.Filled(op.Evaluate(a.X.Select(x => a.Fill(x)!.Value).ToArray()));
    }

    // x + 0, x − 0, x · 1, x / 1 ⇒ x        −(−x) ⇒ x
    public static Value? Units(Application a)
    {
        if (a.Op is NegOp && a.Maker(a.X[0]) is NegOp)
            return a.MakerOperands(a.X[0])[0];
        if (a.X.Length != 2)
            return null;

        Value? kept = a.Op switch
        {
            AddOp => a.Fill(a.X[1]) == 0 ? a.X[0] : a.Fill(a.X[0]) == 0 ? a.X[1] : null,
            SubOp => a.Fill(a.X[1]) == 0 ? a.X[0] : null,
            MulOp => a.Fill(a.X[1]) == 1 ? a.X[0] : a.Fill(a.X[0]) == 1 ? a.X[1] : null,
            DivOp => a.Fill(a.X[1]) == 1 ? a.X[0] : null,
            _ => null,
        };
        if (kept is null || kept.Type == a.Type)
            return kept;

        return a.Make(new BroadcastOp(a.Type.Dims), kept);
    }

    // x · 0 ⇒ 0        0 / x ⇒ 0   (zeros come from cotangents that do not exist; they win over NaN)
    public static Value? Zeros(Application a)
    {
        bool zero = (a.Op is MulOp && (a.Fill(a.X[0]) == 0 || a.Fill(a.X[1]) == 0)) || (a.Op is DivOp && a.Fill(a.X[0]) == 0)
            || (a.Op is ContractOp && (a.Fill(a.X[0]) == 0 || a.Fill(a.X[1]) == 0));
        return zero ? a.Filled(0) : null;
    }

    // select(1, a, b) ⇒ a        select(0, a, b) ⇒ b
    public static Value? Decided(Application a)
    {
        if (a.Op is not SelectOp || a.Fill(a.X[0]) is not { } condition)
            return null;

        Value chosen = a.X[condition != 0 ? 1 : 2];
        return chosen.Type == a.Type ? chosen : a.Make(new BroadcastOp(a.Type.Dims), chosen);
    }

    // x + (−y) ⇒ x − y        x − (−y) ⇒ x + y        0 − x ⇒ −x        x · (−1) ⇒ −x
    public static Value? Signs(Application a)
    {
        if (a.X.Length != 2)
            return null;

        bool Negated(Value x) => a.Maker(x) is NegOp;
        Value Inner(Value x) => a.MakerOperands(x)[0];
        return a.Op switch
        {
            AddOp when Negated(a.X[1]) => a.Make(SubOp.Instance, a.X[0], Inner(a.X[1])),
            AddOp when Negated(a.X[0]) => a.Make(SubOp.Instance, a.X[1], Inner(a.X[0])),
            SubOp when Negated(a.X[1]) => a.Make(AddOp.Instance, a.X[0], Inner(a.X[1])),
            SubOp when a.Fill(a.X[0]) == 0 && a.X[1].Type == a.Type => a.Make(NegOp.Instance, a.X[1]),
            MulOp when a.Fill(a.X[1]) == -1 && a.X[0].Type == a.Type => a.Make(NegOp.Instance, a.X[0]),
            MulOp when a.Fill(a.X[0]) == -1 && a.X[1].Type == a.Type => a.Make(NegOp.Instance, a.X[1]),
            _ => null,
        };
    }

    // relu(relu(x)) ⇒ relu(x)        abs(abs(x)), abs(−x) ⇒ abs(x)        floor(floor(x)) ⇒ floor(x)   (bit for bit, NaN and −0 too)
    public static Value? Absorbed(Application a)
    {
        bool absorbed = a.Op switch
        {
            ReluOp => a.Maker(a.X[0]) is ReluOp,
            AbsOp => a.Maker(a.X[0]) is AbsOp or NegOp,
            FloorOp => a.Maker(a.X[0]) is FloorOp,
            _ => false,
        };
        return absorbed ? a.Make(a.Op, a.MakerOperands(a.X[0])) : null;
    }

    // f(x, tensor filled with 2) ⇒ f(x, 2) where the shape stays
    public static Value? Fills(Application a)
    {
        if (a.Op.Family != OpFamily.Elementwise)
            return null;

        for (int i = 0; i < a.X.Length; i++)
        {
            if (a.X[i].Type.Rank > 0 && a.Fill(a.X[i]) is { } fill
                && Replaced(a, i, a.Builder.Constant(fill, a.X[i].Type.Element)) is { } simpler)
                return simpler;
        }

        return null;
    }

    // f(x, y repeated) ⇒ f(x, y) where the shape stays: elementwise ops repeat by themselves
    public static Value? Repeats(Application a)
    {
        if (a.Op.Family != OpFamily.Elementwise)
            return null;

        for (int i = 0; i < a.X.Length; i++)
        {
            if (a.Maker(a.X[i]) is BroadcastOp or ReshapeOp && IsRepeat(a, a.X[i])
                && Replaced(a, i, a.MakerOperands(a.X[i])[0]) is { } simpler)
                return simpler;
        }

        return null;
    }

    // A reshape that only adds leading ones is a repeat.
    private static bool IsRepeat(Application a, Value x)
    {
        if (a.Maker(x) is BroadcastOp)
            return true;
        TensorType inner = a.MakerOperands(x)[0].Type;
        int added = x.Type.Rank - inner.Rank;
        return added > 0 && x.Type.Dims.Take(added).All(dim => dim.IsOne) && x.Type.Dims.Skip(added).SequenceEqual(inner.Dims);
    }

    private static Value? Replaced(Application a, int i, Value operand)
    {
        Value[] operands = a.X.ToArray();
        operands[i] = operand;
        return a.Op.Infer(operands.Select(x => x.Type).ToArray(), a.Builder.Dims)[0] == a.Type ? a.Make(a.Op, operands) : null;
    }
}
