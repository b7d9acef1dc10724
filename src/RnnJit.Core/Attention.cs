using RnnJit.Ir;
using RnnJit.Ops;
using static RnnJit.Rnn;

namespace RnnJit;

/// <summary>
/// Attention as equations: scores of the S positions of a memory, weights that add up to 1, and the weighted sum of the values. A query is
/// [B, Q] inside a step of a decoder or [B, T, Q] for all steps at once; keys are [B, S, K], values [B, S, V], scores and weights [B, S] or
/// [B, T, S].
/// </summary>
public static class Attention
{
    // Its exponential is 0, its difference with itself a number.
    private const double Excluded = -1e30;

    /// <summary>Mask of the positions of each row: 1 at positions below the row's length, 0 past them: i32[B] ⇒ [B, S].</summary>
    public static Value Mask(Indices lengths, Dim positions, ElementType element = ElementType.F32) =>
        lengths.Tensor.Builder.Add(new SequenceMaskOp(positions, element), lengths.Tensor);

    /// <summary>A sequence [S, B, A] as a memory [B, S, A]; nothing is copied.</summary>
    public static Value Memory(Value sequence) => sequence.Builder.Add(new TransposeOp([1, 0, 2]), sequence);

    /// <summary>e = q · k (Luong et al. 2015, section 3.1, dot); K = Q.</summary>
    public static Value Dot(Value query, Value keys)
    {
        string steps = Steps(query, keys);
        return query.Builder.Add(new ContractOp($"b{steps}q,bsq->b{steps}s"), query, keys);
    }

    /// <summary>e = q · k / √K (Vaswani et al. 2017, equation 1).</summary>
    public static Value ScaledDot(Value query, Value keys) => Dot(query, keys) / Sqrt(Extent(query, query.Type.Rank - 1));

    /// <summary>e = qᵀ W k with W [Q, K] (Luong et al. 2015, section 3.1, general).</summary>
    public static Value General(Value query, Value keys, Matrix w)
    {
        string steps = Steps(query, keys);
        return Dot(query.Builder.Add(new ContractOp($"b{steps}q,qk->b{steps}k"), query, w.Tensor), keys);
    }

    /// <summary>e = v · tanh(Wq q + Wk k + b) with Wq [A, Q], Wk [A, K] (Bahdanau et al. 2015, appendix A.1.2). The part of the keys
    /// is the same at every step.</summary>
    public static Value Additive(Value query, Value keys, Matrix wq, Matrix wk, Vector b, Vector v) =>
        Additive(query, wq, keys, (wk * keys) + b, v);

    /// <summary>e = v · tanh(W [q; k]) with W [A, Q + K] (Luong et al. 2015, section 3.1, concat).</summary>
    public static Value Concat(Value query, Value keys, Matrix w, Vector v)
    {
        Dim q = query.Type.Dims[query.Type.Rank - 1], k = keys.Type.Dims[keys.Type.Rank - 1];
        Matrix Part(Dim start, Dim length) => new(w.Tensor.Builder.Add(new SliceOp(1, start, length), w.Tensor));
        return Additive(query, Part(0, q), keys, Part(q, k) * keys, v);
    }

    /// <summary>softmax over the S positions.</summary>
    public static Value Weights(Value scores) => Softmax(scores);

    /// <summary>softmax over the positions whose mask [B, S] is not 0; the others have weight 0, and so has a row without any.</summary>
    /// <exception cref="GraphException">RNNJ144: the mask has another shape.</exception>
    public static Value Weights(Value scores, Value mask)
    {
        TensorType type = mask.Type;
        if (scores.Type.Rank == 3 && type.Rank == 2)
            mask = mask.Builder.Add(new ReshapeOp([type.Dims[0], 1, type.Dims[1]]), mask);
        Value open;
        try
        {
            open = Select(mask, scores, scores.Constant(Excluded));
        }
        catch (GraphException)
        {
            throw new GraphException("RNNJ144",
                $"The mask of attention is {type} for scores {scores.Type}, wanted [B, S], a number for each position of a row's memory "
                    + "(give that shape)");
        }

        Value weights = Softmax(open);
        return Select(mask, weights, scores.Constant(0));
    }

    /// <summary>The context Σ_s a_s · v_s: weights [B, S] or [B, T, S], values [B, S, V] ⇒ [B, V] or [B, T, V].</summary>
    public static Value Read(Value weights, Value values)
    {
        string steps = Steps(weights, values);
        return weights.Builder.Add(new ContractOp($"b{steps}s,bsv->b{steps}v"), weights, values);
    }

    // Both parts meet at [B, S, A], for all steps at once at [B, T, S, A].
    private static Value Additive(Value query, Matrix wq, Value keys, Value k, Vector v)
    {
        bool steps = Steps(query, keys).Length > 0;
        Value q = Inserted(wq * query, steps ? 2 : 1);
        Value scores = Sum(Tanh(q + (steps ? Inserted(k, 1) : k)) * v);
        return scores.Builder.Add(new ReshapeOp(scores.Type.Dims.Take(scores.Type.Rank - 1)), scores);
    }

    private static Value Inserted(Value x, int axis) =>
        x.Builder.Add(new ReshapeOp([.. x.Type.Dims.Take(axis), 1, .. x.Type.Dims.Skip(axis)]), x);

    private static string Steps(Value query, Value memory) => (query.Type.Rank, memory.Type.Rank) switch
    {
        (2, 3) => "",
        (3, 3) => "t",
        _ => throw new GraphException("RNNJ144",
            $"Attention needs a query [B, Q] or [B, T, Q] and a memory [B, S, A], found {query.Type} and {memory.Type} "
                + "(give those shapes)"),
    };
}
