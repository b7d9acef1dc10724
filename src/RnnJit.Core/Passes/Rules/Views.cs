using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Passes;

/// <summary>Identities of views.</summary>
internal static class Views
{
    // A view that changes nothing ⇒ x
    public static Value? Trivial(Application a)
    {
        bool same = a.Op switch
        {
            ReshapeOp or BroadcastOp => a.Type == a.X[0].Type,
            TransposeOp transpose => transpose.Order.Select((axis, i) => axis == i).All(kept => kept),
            SliceOp slice => slice.Start == Dim.Of(0) && a.Type == a.X[0].Type,
            ConcatOp => a.X.Length == 1,
            _ => false,
        };
        return same ? a.X[0] : null;
    }

    // reshape of reshape, broadcast of broadcast, transpose of transpose, slice of slice ⇒ one
    public static Value? OfView(Application a)
    {
        if (a.Op.Family != OpFamily.View || a.X.Length != 1 || a.Maker(a.X[0]) is not { Family: OpFamily.View } maker || maker is ConcatOp)
            return null;

        Value inner = a.MakerOperands(a.X[0])[0];
        return (a.Op, maker) switch
        {
            (ReshapeOp, ReshapeOp) or (BroadcastOp, BroadcastOp) => a.Make(a.Op, inner),
            (TransposeOp second, TransposeOp first) => a.Make(new TransposeOp(second.Order.Select(axis => first.Order[axis])), inner),
            (SliceOp second, SliceOp first) when first.Axis == second.Axis =>
                a.Make(new SliceOp(first.Axis, first.Start + second.Start, second.Length), inner),
            _ => null,
        };
    }

    // a view of a filled tensor ⇒ a filled tensor
    public static Value? OfFill(Application a)
    {
        if (a.Op.Family != OpFamily.View || a.Fill(a.X[0]) is not { } fill
            || a.X.Any(x => a.Fill(x) is not { } other || !other.Equals(fill)))
            return null;

        return a.Filled(fill);
    }

    // slice of concat that is one of the parts ⇒ the part
    public static Value? SliceOfConcat(Application a) =>
        a.Op is SliceOp slice && a.Maker(a.X[0]) is ConcatOp concat
            && concat.Axis == slice.Axis ? a.Rewriter.Part(a.X[0], slice.Start, slice.Length) : null;

    // concat of neighbouring slices of x ⇒ one slice of x, x itself if they are all of it
    public static Value? ConcatOfSlices(Application a)
    {
        if (a.Op is not ConcatOp concat || a.Maker(a.X[0]) is not SliceOp first || first.Axis != concat.Axis)
            return null;

        Value whole = a.MakerOperands(a.X[0])[0];
        Dim start = first.Start;
        foreach (Value part in a.X)
        {
            if (a.Maker(part) is not SliceOp slice || slice.Axis != concat.Axis || slice.Start != start
                || a.MakerOperands(part)[0].Id != whole.Id)
                return null;
            start += slice.Length;
        }

        Dim length = start - first.Start;
        return length == whole.Type.Dims[concat.Axis] ? whole : a.Make(new SliceOp(concat.Axis, first.Start, length), whole);
    }

    // concat(a, 0) + concat(0, b) ⇒ concat(a, b), as gradients of slices come
    public static Value? SumOfConcats(Application a)
    {
        if (a.Op is not AddOp || a.Maker(a.X[0]) is not ConcatOp left || a.Maker(a.X[1]) is not ConcatOp right || !left.Equals(right)
            || a.X[0].Type != a.X[1].Type)
            return null;

        var parts = Align(a, left.Axis, a.MakerOperands(a.X[0]), a.MakerOperands(a.X[1]));
        return parts is null || !parts.Any(pair => a.Fill(pair.Left) == 0 || a.Fill(pair.Right) == 0)
            ? null
            : a.Make(left, parts.Select(pair => a.Make(AddOp.Instance, pair.Left, pair.Right)).ToArray());
    }

    // Pairs of parts with equal extents; filled parts are cut where the other side needs it. Null if the cuts do not meet.
    private static List<(Value Left, Value Right)>? Align(Application a, int axis, Value[] left, Value[] right)
    {
        var pairs = new List<(Value, Value)>();
        Queue<Value> l = new(left), r = new(right);
        while (l.Count > 0 && r.Count > 0)
        {
            Value x = l.Dequeue(), y = r.Dequeue();
            Dim difference = x.Type.Dims[axis] - y.Type.Dims[axis];
            if (difference == Dim.Of(0))
            {
                pairs.Add((x, y));
                continue;
            }

            bool leftLonger = IsPositive(difference);
            if (!leftLonger && !IsPositive(-1 * difference))
                return null;
            Value longer = leftLonger ? x : y, shorter = leftLonger ? y : x;
            if (a.Fill(longer) is not { } fill)
                return null;
            Value Cut(Dim extent) =>
                a.Make(new ConstantOp(fill, longer.Type.WithDims(longer.Type.Dims.Select((dim, i) => i == axis ? extent : dim))));
            Value head = Cut(shorter.Type.Dims[axis]);
            pairs.Add(leftLonger ? (head, y) : (x, head));
            Queue<Value> rest = leftLonger ? l : r;
            Value[] tail = [Cut(leftLonger ? difference : -1 * difference), .. rest];
            if (leftLonger)
                l = new(tail);
            else
                r = new(tail);
        }

        return l.Count == 0 && r.Count == 0 ? pairs : null;
    }

    private static bool IsPositive(Dim dim) =>
        dim.Constant >= 0 && dim.Terms.All(term => term.Coefficient > 0) && (dim.Constant > 0 || dim.Terms.Count > 0);
}
