using RnnJit.Ops;

namespace RnnJit.Plans;

/// <summary>One loop of a product: an extent and the strides along it; 0 where an operand lacks the label.</summary>
public readonly record struct MatMulLoop(int Extent, long A, long B, long C);

/// <summary>
/// A contraction as C[m, n] = Σ_k A[m, k] · B[k, n] inside loops: labels of all three operands and those that do not join are looped over.
/// </summary>
public sealed record MatMulForm(
    BufferView A, BufferView B, BufferView C, bool Swapped, MatMulLoop[] Loops, MatMulLoop[] SumLoops, MatMulLoop M, MatMulLoop N,
    MatMulLoop K, int RowLoop)
{
    /// <summary>True where the rows of the batch are <see cref="M"/>.</summary>
    public bool RowsAreM => RowLoop == -1;

    /// <summary>True where the rows of the batch are the first of <see cref="Loops"/>.</summary>
    public bool RowsAreLoop => RowLoop == 0;

    /// <summary>True where the rows of the batch are among the columns of C.</summary>
    public bool RowsAreColumns => RowLoop == -2;

    /// <summary>True where C has unit stride along n, as the kernels write it.</summary>
    public bool HasColumns => N.Extent <= 1 || N.C == 1;

    /// <summary>True where B has unit stride along n, so that it can be read without packing.</summary>
    public bool HasRows => N.Extent <= 1 || N.B == 1;

    /// <summary>True where B differs between iterations of the outer loops, so that it cannot be packed once.</summary>
    public bool IsLooped => Array.Exists(Loops, loop => loop.B != 0) || Array.Exists(SumLoops, loop => loop.B != 0);

    public double Flops
    {
        get
        {
            double loops = 1;
            foreach (MatMulLoop loop in Loops)
                loops *= loop.Extent;
            foreach (MatMulLoop loop in SumLoops)
                loops *= loop.Extent;
            return 2.0 * M.Extent * N.Extent * K.Extent * loops;
        }
    }

    /// <param name="other">The form with the operands' places exchanged.</param>
    public static MatMulForm Of(ContractOp op, BufferView left, BufferView right, BufferView result, bool preferSwap = false,
        bool other = false)
    {
        // The columns of C are contiguous, so they belong to the operand with the last label of the result, which becomes B.
        char last = op.Result.Length > 0 ? op.Result[op.Result.Length - 1] : '\0';
        bool swapped = last != '\0' ? !op.Right.Contains(last) || (op.Left.Contains(last) && preferSwap) : preferSwap;
        swapped ^= other;
        string a = swapped ? op.Right : op.Left, b = swapped ? op.Left : op.Right;
        BufferView viewA = swapped ? right : left, viewB = swapped ? left : right;
        MatMulLoop Loop(char label)
        {
            int inA = a.IndexOf(label), inB = b.IndexOf(label), inC = op.Result.IndexOf(label);
            int extent = inA >= 0 ? viewA.Shape[inA] : viewB.Shape[inB];
            return new MatMulLoop(extent, inA >= 0 ? viewA.Strides[inA] : 0, inB >= 0 ? viewB.Strides[inB] : 0,
                inC >= 0 ? result.Strides[inC] : 0);
        }

        char[] labels = op.Result.Concat(a.Concat(b).Where(label => !op.Result.Contains(label)).Distinct()).ToArray();
        MatMulLoop[] Loops(Predicate<char> test) => Array.ConvertAll(Array.FindAll(labels, test), Loop);
        MatMulLoop[] batch = Loops(label => a.Contains(label) && b.Contains(label) && op.Result.Contains(label));
        var m = Split(Loops(label => a.Contains(label) && !b.Contains(label)));
        var n = Split(Loops(label => b.Contains(label) && !a.Contains(label)));
        var k = Split(Loops(label => a.Contains(label) && b.Contains(label) && !op.Result.Contains(label)));
        MatMulLoop[] loops = [.. batch, .. m.Outer, .. n.Outer];
        int rowLoop = op.Result.Length == 0 || !b.Contains(op.Result[0]) ? -1 : a.Contains(op.Result[0]) ? 0 : -2;
        return new MatMulForm(viewA, viewB, result, swapped, loops, k.Outer, m.Inner, n.Inner, k.Inner, rowLoop);
    }

    /// <summary>The elements of A, B and C that the loops address. Of a ring, one chunk at a time.</summary>
    public IEnumerable<BufferView> Reached(bool isPacked)
    {
        MatMulLoop[] read = [.. Loops, .. SumLoops, M, N, K], written = [.. Loops, M, N];
        yield return A.Over(Array.ConvertAll(read, loop => (loop.Extent, loop.A)));
        if (!isPacked)
            yield return B.Over(Array.ConvertAll(read, loop => (loop.Extent, loop.B)));
        yield return C.Over(Array.ConvertAll(written, loop => (loop.Extent, loop.C)));
    }

    /// <summary>The same product with another place for its result; null if its loops would be others.</summary>
    public MatMulForm? Onto(ContractOp op, BufferView result)
    {
        var (left, right) = Swapped ? (B, A) : (A, B);
        foreach (bool other in (bool[])[false, true])
        {
            MatMulForm form = Of(op, left, right, result, other: other);
            if (form.Swapped == Swapped && Extents(form).SequenceEqual(Extents(this)))
                return form;
        }

        return null;
    }

    /// <summary>The same product for each of some segments of rows of A and C.</summary>
    public MatMulForm InSegments(int count) => this with
    {
        Loops = [new MatMulLoop(count, M.Extent / count * M.A, 0, M.Extent / count * M.C), .. Loops],
        M = M with { Extent = M.Extent / count },
    };

    /// <summary>The same product with the rows of the batch, the first axis of C, as <see cref="M"/> or as the first loop.</summary>
    public MatMulForm ByRow()
    {
        int batch = C.Shape[0];
        if (!RowsAreM || (M.Extent == batch && M.C == C.Strides[0]))
            return this;

        // They are a loop among others, or joined with further rows.
        int row = Array.FindIndex(Loops, loop => loop.Extent == batch && loop.C == C.Strides[0]);
        if (row >= 0)
            return this with { Loops = [Loops[row], .. Loops[..row], .. Loops[(row + 1)..]], RowLoop = 0 };
        MatMulForm cut = InSegments(batch);
        return cut with { Loops = [cut.Loops[0] with { C = C.Strides[0] }, .. Loops], RowLoop = 0 };
    }

    private static IEnumerable<int> Extents(MatMulForm form) => [form.M.Extent, form.N.Extent, form.K.Extent,
        .. form.Loops.Select(loop => loop.Extent), -1, .. form.SumLoops.Select(loop => loop.Extent)];

    // The innermost labels that join to one loop, and the rest.
    private static (MatMulLoop[] Outer, MatMulLoop Inner) Split(MatMulLoop[] labels)
    {
        if (labels.Length == 0)
            return ([], new MatMulLoop(1, 0, 0, 0));

        MatMulLoop inner = labels[labels.Length - 1];
        int i = labels.Length - 2;
        for (; i >= 0; i--)
        {
            MatMulLoop outer = labels[i];
            if (BufferView.Join(outer.Extent, outer.A, inner.Extent, inner.A) is not { } sa
                || BufferView.Join(outer.Extent, outer.B, inner.Extent, inner.B) is not { } sb
                || BufferView.Join(outer.Extent, outer.C, inner.Extent, inner.C) is not { } sc)
                break;
            inner = new MatMulLoop(outer.Extent * inner.Extent, sa, sb, sc);
        }

        return (labels[..(i + 1)], inner);
    }
}
