using System.Globalization;
using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit;

/// <summary>The functions of which equations are made. Sums, maxima and softmax run over the last axis where no axis is given.</summary>
public static partial class Rnn
{
    /// <summary>σ(x) = 1 / (1 + e⁻ˣ).</summary>
    public static Value Sigmoid(Value x) => x.Builder.Add(SigmoidOp.Instance, x);

    public static Value Tanh(Value x) => x.Builder.Add(TanhOp.Instance, x);

    /// <summary>max(x, 0).</summary>
    public static Value Relu(Value x) => x.Builder.Add(ReluOp.Instance, x);

    public static Value Exp(Value x) => x.Builder.Add(ExpOp.Instance, x);

    public static Value Log(Value x) => x.Builder.Add(LogOp.Instance, x);

    public static Value Sqrt(Value x) => x.Builder.Add(SqrtOp.Instance, x);

    public static Value Abs(Value x) => x.Builder.Add(AbsOp.Instance, x);

    /// <summary>⌊x⌋, the largest integer not above x; NaN, ±∞ and −0 stay what they are. Its derivative is 0 everywhere.</summary>
    public static Value Floor(Value x) => x.Builder.Add(FloorOp.Instance, x);

    /// <summary>x without a gradient: nothing is propagated to x.</summary>
    public static Value Detach(Value x) => x.Builder.Add(DetachOp.Instance, x);

    public static Value Max(Value a, Value b) => a.Builder.Add(MaxOp.Instance, a, b);

    public static Value Max(Value a, double b) => Max(a, a.Constant(b));

    public static Value Max(double a, Value b) => Max(b.Constant(a), b);

    public static Value Min(Value a, Value b) => a.Builder.Add(MinOp.Instance, a, b);

    public static Value Min(Value a, double b) => Min(a, a.Constant(b));

    public static Value Min(double a, Value b) => Min(b.Constant(a), b);

    /// <summary>min(max(x, low), high); NaN stays NaN, and no gradient passes outside of the bounds.</summary>
    /// <exception cref="GraphException">RNNJ126: low is not at most high.</exception>
    public static Value Clip(Value x, double low, double high) => low <= high
        ? Min(Max(x, low), high)
        : throw new GraphException("RNNJ126", $"Clip has the bounds {low.ToString(CultureInfo.InvariantCulture)} and "
            + $"{high.ToString(CultureInfo.InvariantCulture)}, wanted the lower one first (exchange them)");

    /// <summary>1 where a &lt; b, else 0.</summary>
    public static Value Less(Value a, Value b) => a.Builder.Add(LessOp.Instance, a, b);

    public static Value Less(Value a, double b) => Less(a, a.Constant(b));

    public static Value Less(double a, Value b) => Less(b.Constant(a), b);

    /// <summary>1 where a ≤ b, else 0.</summary>
    public static Value LessEqual(Value a, Value b) => a.Builder.Add(LessEqualOp.Instance, a, b);

    public static Value LessEqual(Value a, double b) => LessEqual(a, a.Constant(b));

    public static Value LessEqual(double a, Value b) => LessEqual(b.Constant(a), b);

    /// <summary>1 where a = b, else 0.</summary>
    public static Value Equal(Value a, Value b) => a.Builder.Add(EqualOp.Instance, a, b);

    public static Value Equal(Value a, double b) => Equal(a, a.Constant(b));

    public static Value Equal(double a, Value b) => Equal(b.Constant(a), b);

    /// <summary>a where the condition is not 0, else b.</summary>
    public static Value Select(Value condition, Value a, Value b) => a.Builder.Add(SelectOp.Instance, condition, a, b);

    public static Value Select(Value condition, Value a, double b) => Select(condition, a, a.Constant(b));

    public static Value Select(Value condition, double a, Value b) => Select(condition, b.Constant(a), b);

    public static Value Select(Value condition, double a, double b) => Select(condition, condition.Constant(a), condition.Constant(b));

    /// <summary>ln(1 + eˣ) = m + ln(eˣ⁻ᵐ + e⁻ᵐ) with m = max(x, 0), without overflow; its derivative is σ(x) at 0 too.</summary>
    public static Value Softplus(Value x)
    {
        Value most = Detach(Relu(x));
        return most + Log(Exp(x - most) + Exp(-most));
    }

    /// <summary>Σ over the last axis, which stays with extent 1.</summary>
    public static Value Sum(Value x) => x.Builder.Add(new SumOp([x.Type.Rank - 1]), x);

    /// <summary>The mean over the last axis, which stays with extent 1.</summary>
    public static Value Mean(Value x) => Sum(x) / Extent(x, x.Type.Rank - 1);

    /// <summary>gain ⊙ (x − μ) / √(σ² + ε) + shift with mean and variance over the last axis, divided by its extent (Ba, Kiros and Hinton
    /// 2016, arXiv:1607.06450, equations 3 and 4).</summary>
    public static Value LayerNorm(Value x, Value gain, Value shift, double epsilon = 1e-5)
    {
        Value centred = x - Mean(x);
        return gain * (centred / Sqrt(Mean(centred * centred) + epsilon)) + shift;
    }

    /// <summary>The maximum over the last axis, which stays with extent 1.</summary>
    public static Value Maximum(Value x) => x.Builder.Add(new MaxReduceOp([x.Type.Rank - 1]), x);

    /// <summary>ln Σ eˣ over the last axis, which stays with extent 1; the maximum is taken out first and has no gradient of its
    /// own.</summary>
    public static Value LogSumExp(Value x)
    {
        Value most = Detach(Maximum(x));
        return most + Log(Sum(Exp(x - most)));
    }

    /// <summary>eˣ / Σ eˣ over the last axis.</summary>
    public static Value Softmax(Value x)
    {
        Value e = Exp(x - Detach(Maximum(x)));
        return e / Sum(e);
    }

    /// <summary>Concatenation of the parts along the last axis.</summary>
    public static Value Concat(params Value[] parts) => parts[0].Builder.Add(new ConcatOp(parts[0].Type.Rank - 1), parts);

    /// <summary>The last axis cut into equal parts: f32[B, 4H] ⇒ 4 × f32[B, H].</summary>
    /// <exception cref="GraphException">RNNJ118: the axis has no such parts.</exception>
    public static Value[] Split(Value x, int parts) => SplitAlong(x, parts, x.Type.Rank - 1, "a last axis");

    /// <summary>y[…, o] = Σᵢ W[o, i] · x[…, i].</summary>
    public static Value Product(Matrix w, Value x)
    {
        if (x.Type.Rank is 0 or > 8)
            throw new GraphException("RNNJ114",
                $"A matrix product needs a tensor of rank 1 to 8, found {x.Type} (multiply a number with '*' on Values)");
        string lead = "abcdefgh".Substring(0, x.Type.Rank - 1);
        return x.Builder.Add(new ContractOp($"{lead}i,oi->{lead}o"), x, w.Tensor);
    }

    /// <summary>y[b, o] = Σᵢⱼ W[o, i, j] · x[b, i] · z[b, j].</summary>
    // W z first: with the state as z no step's matrices [B, O, I] outlive the step, as those of W x would.
    public static Value Bilinear(Tensor3 w, Value x, Value z)
    {
        Value wz = x.Builder.Add(new ContractOp("bj,oij->boi"), z, w.Tensor);
        return x.Builder.Add(new ContractOp("boi,bi->bo"), wz, x);
    }

    /// <summary>
    /// y[b] = Σₖ shares[b, k] · (W[k] x[b]): with one share of 1 (see <see cref="OneHot(Indices, Tensor3)"/>) each row's own matrix, for K
    /// times the arithmetic of one.
    /// </summary>
    public static Value Mixture(Tensor3 w, Value shares, Value x)
    {
        Value wx = x.Builder.Add(new ContractOp("bi,koi->bko"), x, w.Tensor);
        return x.Builder.Add(new ContractOp("bko,bk->bo"), wx, shares);
    }

    /// <summary>Row index[…] of the matrix: an embedding.</summary>
    public static Value Gather(Matrix table, Indices index) => table.Tensor.Builder.Add(GatherOp.Instance, table.Tensor, index.Tensor);

    /// <summary>1 at the index, 0 elsewhere, as many columns as the tensor has parts: [B] ⇒ [B, K] for parts [K, O, I].</summary>
    public static Value OneHot(Indices index, Tensor3 parts) =>
        index.Tensor.Builder.Add(new OneHotOp(parts.Tensor.Type.Dims[0], parts.Tensor.Type.Element), index.Tensor);

    /// <summary>1 at the index, 0 elsewhere: i32[…] ⇒ […, places]. An index outside of them is an error at run time.</summary>
    public static Value OneHot(Indices index, Dim places) => index.Tensor.Builder.Add(new OneHotOp(places, ElementType.F32), index.Tensor);

    /// <summary>Wᵀ.</summary>
    public static Matrix Transposed(Matrix w) => new(w.Tensor.Builder.Add(new TransposeOp([1, 0]), w.Tensor));

    /// <summary>a ⊙ b, element by element: a matrix under a mask.</summary>
    public static Matrix Hadamard(Matrix a, Matrix b) => new(a.Tensor * b.Tensor);

    /// <summary>The matrices of a tensor: [count, O, I] ⇒ count × [O, I].</summary>
    /// <exception cref="GraphException">RNNJ118: the tensor has another count.</exception>
    public static Matrix[] Parts(Tensor3 w, int count) => Parts(w.Tensor, count).Select(part => new Matrix(part)).ToArray();

    /// <summary>The rows of a matrix as vectors: [count, N] ⇒ count × [N].</summary>
    /// <exception cref="GraphException">RNNJ118: the matrix has another count.</exception>
    public static Vector[] Parts(Matrix w, int count) => Parts(w.Tensor, count).Select(part => new Vector(part)).ToArray();

    private static IEnumerable<Value> Parts(Value x, int count)
    {
        if (count < 1 || !x.Builder.Dims.Unify(x.Type.Dims[0], count))
            throw new GraphException("RNNJ118", $"Parts needs a first axis of extent {count}, found {x.Type} (one part for each)");
        return Enumerable.Range(0, count).Select(i =>
            x.Builder.Add(new ReshapeOp(x.Type.Dims.Skip(1)), x.Builder.Add(new SliceOp(0, i, 1), x)));
    }

    /// <summary>The extent of an axis as a number.</summary>
    public static Value Extent(Value x, int axis) => x.Type.Dims[axis] is { IsConstant: true } known
        ? x.Builder.Constant(known.Constant, x.Type.Element)
        : x.Builder.Add(new ExtentOp(x.Type.Dims[axis], x.Type.Element));

    /// <summary>−ln softmax(logits)[target], one number per row (extent 1 stays): logits [T, B, V], targets i32[T, B] ⇒ [T, B,
    /// 1].</summary>
    public static Value CrossEntropy(Value logits, Indices targets)
    {
        Ir.TensorType type = logits.Type;
        Value hit = logits.Builder.Add(new OneHotOp(type.Dims[type.Rank - 1], type.Element), targets.Tensor);
        return LogSumExp(logits) - Sum(logits * hit);
    }

    /// <summary>The sum over all axes, as a scalar.</summary>
    public static Value Total(Value x)
    {
        if (x.Type.Rank == 0)
            return x;

        Value sum = x.Builder.Add(new SumOp(Enumerable.Range(0, x.Type.Rank)), x);
        return x.Builder.Add(new ReshapeOp([]), sum);
    }

    /// <summary>The mean over all axes, as a scalar.</summary>
    public static Value TotalMean(Value x)
    {
        Value total = Total(x);
        for (int axis = 0; axis < x.Type.Rank; axis++)
            total /= Extent(x, axis);

        return total;
    }
}
