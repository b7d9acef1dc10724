using RnnJit.Ops;

namespace RnnJit.Runtime;

/// <summary>One loop of a product: an extent and the strides along it; 0 where an operand lacks the label.</summary>
internal readonly record struct ProductLoop(int Extent, long A, long B, long C);

/// <summary>
/// A contraction as C[m, n] = Σ_k A[m, k] · B[k, n] inside loops: labels of all three operands and those that do not join are looped over.
/// </summary>
internal sealed record ProductForm(
    View A, View B, View C, bool Swapped, ProductLoop[] Loops, ProductLoop[] SumLoops, ProductLoop M, ProductLoop N, ProductLoop K, int RowLoop)
{
    /// <summary>Whether the loop over the rows of the batch is <see cref="M"/> (−1), the first of <see cref="Loops"/> (0) or belongs to the columns (−2).</summary>
    public bool RowsAreM => RowLoop == -1;

    public bool RowsAreLoop => RowLoop == 0;

    public bool RowsAreColumns => RowLoop == -2;

    /// <summary>Whether the columns of C lie one behind the other, as the kernels write them.</summary>
    public bool HasColumns => N.Extent <= 1 || N.C == 1;

    /// <summary>Whether B can be read as it lies.</summary>
    public bool HasRows => N.Extent <= 1 || N.B == 1;

    /// <summary>Whether B is another one from loop to loop, so that it cannot be packed once.</summary>
    public bool IsLooped => Loops.Concat(SumLoops).Any(loop => loop.B != 0);

    public double Flops => 2.0 * M.Extent * N.Extent * K.Extent * Loops.Concat(SumLoops).Aggregate(1.0, (product, loop) => product * loop.Extent);

    /// <param name="other">The form with the operands' places exchanged.</param>
    public static ProductForm Of(ContractOp op, View left, View right, View result, bool preferSwap = false, bool other = false)
    {
        // The columns of C are contiguous, so they belong to the operand with the last label of the result, which becomes B.
        char last = op.Result.Length > 0 ? op.Result[op.Result.Length - 1] : '\0';
        bool swapped = last != '\0' ? !op.Right.Contains(last) || (op.Left.Contains(last) && preferSwap) : preferSwap;
        swapped ^= other;
        string a = swapped ? op.Right : op.Left, b = swapped ? op.Left : op.Right;
        View viewA = swapped ? right : left, viewB = swapped ? left : right;
        ProductLoop Loop(char label)
        {
            int inA = a.IndexOf(label), inB = b.IndexOf(label), inC = op.Result.IndexOf(label);
            int extent = inA >= 0 ? viewA.Shape[inA] : viewB.Shape[inB];
            return new ProductLoop(extent, inA >= 0 ? viewA.Strides[inA] : 0, inB >= 0 ? viewB.Strides[inB] : 0, inC >= 0 ? result.Strides[inC] : 0);
        }

        ProductLoop[] Loops(Func<char, bool> test) => op.Result.Concat(a.Concat(b).Where(label => !op.Result.Contains(label)).Distinct()).Where(test).Select(Loop).ToArray();
        ProductLoop[] batch = Loops(label => a.Contains(label) && b.Contains(label) && op.Result.Contains(label));
        var m = Split(Loops(label => a.Contains(label) && !b.Contains(label)));
        var n = Split(Loops(label => b.Contains(label) && !a.Contains(label)));
        var k = Split(Loops(label => a.Contains(label) && b.Contains(label) && !op.Result.Contains(label)));
        ProductLoop[] loops = [.. batch, .. m.Outer, .. n.Outer];
        int rowLoop = op.Result.Length == 0 || !b.Contains(op.Result[0]) ? -1 : a.Contains(op.Result[0]) ? 0 : -2;
        return new ProductForm(viewA, viewB, result, swapped, loops, k.Outer, m.Inner, n.Inner, k.Inner, rowLoop);
    }

    /// <summary>The elements of A, B and C that the loops address. Of a ring, tiles address a stretch at a time.</summary>
    public IEnumerable<View> Reached(bool isPacked)
    {
        ProductLoop[] read = [.. Loops, .. SumLoops, M, N, K], written = [.. Loops, M, N];
        yield return A.Over(read.Select(loop => (loop.Extent, loop.A)));
        if (!isPacked)
            yield return B.Over(read.Select(loop => (loop.Extent, loop.B)));
        yield return C.Over(written.Select(loop => (loop.Extent, loop.C)));
    }

    /// <summary>The same product with another place for its result; null if its loops would be others.</summary>
    public ProductForm? Onto(ContractOp op, View result)
    {
        var (left, right) = Swapped ? (B, A) : (A, B);
        foreach (bool other in (bool[])[false, true])
        {
            ProductForm form = Of(op, left, right, result, other: other);
            if (form.Swapped == Swapped && Extents(form).SequenceEqual(Extents(this)))
                return form;
        }

        return null;
    }

    /// <summary>The same product for each of some stretches of rows of A and C.</summary>
    public ProductForm InStretches(int count) => this with
    {
        Loops = [new ProductLoop(count, M.Extent / count * M.A, 0, M.Extent / count * M.C), .. Loops],
        M = M with { Extent = M.Extent / count },
    };

    private static IEnumerable<int> Extents(ProductForm form) => [form.M.Extent, form.N.Extent, form.K.Extent, .. form.Loops.Select(loop => loop.Extent), -1, .. form.SumLoops.Select(loop => loop.Extent)];

    // The innermost labels that join to one loop, and the rest.
    private static (ProductLoop[] Outer, ProductLoop Inner) Split(ProductLoop[] labels)
    {
        if (labels.Length == 0)
            return ([], new ProductLoop(1, 0, 0, 0));

        ProductLoop inner = labels[labels.Length - 1];
        int i = labels.Length - 2;
        for (; i >= 0; i--)
        {
            ProductLoop outer = labels[i];
            if (View.Join(outer.Extent, outer.A, inner.Extent, inner.A) is not { } sa || View.Join(outer.Extent, outer.B, inner.Extent, inner.B) is not { } sb
                || View.Join(outer.Extent, outer.C, inner.Extent, inner.C) is not { } sc)
                break;
            inner = new ProductLoop(outer.Extent * inner.Extent, sa, sb, sc);
        }

        return (labels[..(i + 1)], inner);
    }
}
