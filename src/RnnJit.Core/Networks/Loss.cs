using RnnJit.Ir;
using RnnJit.Ops;
using static RnnJit.Rnn;

namespace RnnJit.Networks;

/// <summary>
/// Loss functions, which training minimises. A loss is part of the graph: it is fused, differentiated and run like all else.
/// </summary>
public static partial class Loss
{
    /// <summary>(y − target)², over two tensors of one shape.</summary>
    public static Value MeanSquaredError(Value y, Value target, Reduction reduction = Reduction.Mean)
    {
        Value error = y - target;
        return Reduce(error * error, reduction);
    }

    /// <summary>|y − target|, over two tensors of one shape.</summary>
    public static Value MeanAbsoluteError(Value y, Value target, Reduction reduction = Reduction.Mean) =>
        Reduce(Abs(y - target), reduction);

    /// <summary>e² / 2 where |e| ≤ δ, else δ (|e| − δ / 2), with e = y − target (Huber 1964).</summary>
    /// <exception cref="GraphException">RNNJ143: δ is not positive.</exception>
    public static Value Huber(Value y, Value target, double delta = 1, Reduction reduction = Reduction.Mean)
    {
        if (!(delta > 0))
            throw new GraphException("RNNJ143", $"The delta of the Huber loss is {delta}, wanted a positive number (1 is usual)");
        Value error = y - target, size = Abs(error);
        return Reduce(Select(LessEqual(size, delta), 0.5 * error * error, delta * (size - (0.5 * delta))), reduction);
    }

    /// <summary>
    /// q e where e ≥ 0, else (q − 1) e, with e = target − y, over two tensors of one shape: the least mean of it has y at the q-quantile of
    /// the targets (Koenker and Bassett 1978, Econometrica 46, equation 3.1).
    /// </summary>
    /// <param name="quantile">q, above 0 and below 1; 0.5 is half the absolute error.</param>
    /// <exception cref="GraphException">RNNJ143: q is not above 0 and below 1.</exception>
    public static Value Pinball(Value y, Value target, double quantile, Reduction reduction = Reduction.Mean)
    {
        if (!(quantile > 0 && quantile < 1))
            throw new GraphException("RNNJ143", $"The quantile of the pinball loss is {quantile}, wanted a number above 0 and below 1 "
                + "(0.5 is the median)");
        Value error = target - y;
        return Reduce(Max(quantile * error, (quantile - 1) * error), reduction);
    }

    /// <summary>−t ln σ(x) − (1 − t) ln(1 − σ(x)) = ln(1 + eˣ) − t x, for logits x and targets t in [0, 1] of one
    /// shape; no logit is too large.</summary>
    /// <param name="positiveWeight">Multiplies the first term; broadcasts to the shape of the logits. Null is 1.</param>
    public static Value BinaryCrossEntropy(Value logits, Value target, Value? positiveWeight = null,
        Reduction reduction = Reduction.Mean) => Reduce(
        positiveWeight is null
            ? Softplus(logits) - (target * logits)
            : ((1 - target) * logits) + ((1 + ((positiveWeight - 1) * target)) * Softplus(-logits)),
        reduction);

    /// <summary>The mean over all rows of −ln softmax(logits)[target], in nats: logits [T, B, V], targets i32[T, B].</summary>
    public static Value SoftmaxCrossEntropy(Value logits, Indices targets) => TotalMean(Rnn.CrossEntropy(logits, targets));

    /// <summary>
    /// −Σ_c q_c w_c ln softmax(logits)_c for each row, in nats: logits […, V], targets i32[…]. q is 1 − ε at the target
    /// plus ε / V everywhere, w the class weights. The mean is divided by the sum of the weights of the targets that
    /// count; without reduction a row has […, 1].
    /// </summary>
    /// <exception cref="GraphException">RNNJ143: ε is not in [0, 1).</exception>
    public static Value CrossEntropy(Value logits, Indices targets, CrossEntropyOptions options)
    {
        double smoothing = options.LabelSmoothing;
        if (smoothing is not (>= 0 and < 1))
            throw new GraphException("RNNJ143", $"The label smoothing is {smoothing}, wanted at least 0 and below 1 (0.1 is usual)");

        TensorType type = logits.Type;
        Value hit = logits.Builder.Add(new OneHotOp(type.Dims[type.Rank - 1], type.Element, options.IgnoreIndex), targets.Tensor);
        Value weighted = options.ClassWeights is { } weights ? hit * weights : hit;
        Value weight = Sum(weighted), normaliser = LogSumExp(logits);

        // Σ_c hit w (lse − x) = w_target lse − Σ_c hit w x
        Value losses = (weight * normaliser) - Sum(logits * weighted);
        if (smoothing > 0)
        {
            Value every = options.ClassWeights is { } w ? Sum(w * (normaliser - logits)) : Sum(normaliser - logits);
            losses = ((1 - smoothing) * losses) + (smoothing / Extent(logits, type.Rank - 1) * Sum(hit) * every);
        }

        return options.Reduction switch
        {
            Reduction.None => losses,
            Reduction.Sum => Total(losses),
            _ => Total(losses) / Total(weight),
        };
    }

    /// <summary>
    /// −ln of the probability that a path through the logits gives the targets when repeats are joined and blanks removed (Graves et
    /// al. 2006): logits [T, B, C] before any softmax, targets i32[B, L], both lengths i32[B]. The mean divides each row by its
    /// number of labels first; without reduction a row has [B, 1]. A row whose repeats leave no path has the loss +∞ and no gradient;
    /// a target longer than its input is an error.
    /// </summary>
    /// <param name="blank">The class that stands for no label.</param>
    /// <exception cref="GraphException">RNNJ143: the shapes do not fit.</exception>
    public static Value Ctc(Value logits, Indices targets, Indices inputLengths, Indices targetLengths, int blank = 0,
        Reduction reduction = Reduction.Mean)
    {
        if (logits.Type.Rank != 3 || targets.Tensor.Type.Rank != 2 || inputLengths.Tensor.Type.Rank != 1
            || targetLengths.Tensor.Type.Rank != 1)
            throw new GraphException("RNNJ143",
                $"Ctc needs logits [T, B, C], targets [B, L] and lengths [B], found {logits.Type}, {targets.Tensor.Type}, "
                    + $"{inputLengths.Tensor.Type} and {targetLengths.Tensor.Type} (give those shapes)");
        if (blank < 0)
            throw new GraphException("RNNJ143", $"The blank of Ctc is {blank}, wanted a class (0 is usual)");

        var ctc = new Ctc(logits, targets);
        Value losses = ctc.Losses(logits, targets, inputLengths, targetLengths, blank);
        return Reduce(reduction == Reduction.Mean ? losses / ctc.Count(targetLengths) : losses, reduction);
    }

    private static Value Reduce(Value losses, Reduction reduction) => reduction switch
    {
        Reduction.None => losses,
        Reduction.Sum => Total(losses),
        _ => TotalMean(losses),
    };
}
