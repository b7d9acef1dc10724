using RnnJit.Ir;
using static RnnJit.Rnn;

namespace RnnJit.Networks;

/// <summary>Networks over trees. Inputs are [N, X], states of all nodes [N, H].</summary>
public static class TreeCells
{
    /// <summary>
    /// The child-sum Tree-LSTM (Tai, Socher and Manning 2015, equations 2 to 8): one forget gate for each child, f_jk = σ(Wf x_j + Uf h_k +
    /// bf), of which each child computes its own.
    /// </summary>
    public static (Value H, Value C) ChildSumLstm(
        Forest forest, Value x, Matrix wi, Matrix ui, Vector bi, Matrix wf, Matrix uf, Vector bf, Matrix wo, Matrix uo, Vector bo,
        Matrix wu, Matrix uu, Vector bu)
    {
        Dim width = Width(bi);
        Value[] states = TreeScan.Summed(
            forest,
            [(wi * x) + bi, (wo * x) + bo, (wu * x) + bu],
            [(wf * x) + bf],
            [width, width],
            (step, a, sums) =>
            {
                var i = Sigmoid(a[0] + (step.Take(ui) * sums[0]));
                var o = Sigmoid(a[1] + (step.Take(uo) * sums[0]));
                var u = Tanh(a[2] + (step.Take(uu) * sums[0]));
                var c = (i * u) + sums[1];
                return [o * Tanh(c), c];
            },
            (step, above, state) => [state[0], Sigmoid(above[0] + (step.Take(uf) * state[0])) * state[1]]);
        return (states[0], states[1]);
    }

    /// <summary>
    /// The binary Tree-LSTM of constituency trees (Tai et al. 2015, equations 9 to 14 with N = 2; only leaves read x): for each of i, fl,
    /// fr, o, u a = [leaf] W x + Ul hl + Ur hr + b, c = σ(i) tanh(u) + σ(fl) cl + σ(fr) cr, h = σ(o) tanh(c).
    /// </summary>
    /// <param name="w">In the order i, fl, fr, o, u, like all the others.</param>
    public static (Value H, Value C) BinaryLstm(Forest forest, Value x, IReadOnlyList<Matrix> w, IReadOnlyList<Matrix> ul,
        IReadOnlyList<Matrix> ur, IReadOnlyList<Vector> b)
    {
        Value leaf = forest.LeafMask(x.Type.Element);
        Value[] states = TreeScan.Ordered(forest, w.Select((matrix, g) => (leaf * (matrix * x)) + b[g]).ToArray(),
            [Width(b[0]), Width(b[0])], (step, a, children) =>
        {
            Value Gate(int g) => a[g] + (step.Take(ul[g]) * children[0][0]) + (step.Take(ur[g]) * children[1][0]);
            var c = (Sigmoid(Gate(0)) * Tanh(Gate(4))) + (Sigmoid(Gate(1)) * children[0][1]) + (Sigmoid(Gate(2)) * children[1][1]);
            return [Sigmoid(Gate(3)) * Tanh(c), c];
        });
        return (states[0], states[1]);
    }

    /// <summary>The recursive network (Socher et al. 2011): h = x at leaves, tanh(W [hl; hr] + b) above them; W is [H, 2H].</summary>
    public static Value Recursive(Forest forest, Value x, Matrix w, Vector b) =>
        Composed(forest, x, b, (step, v) => (step.Take(w) * v) + step.Take(b.Tensor));

    /// <summary>The recursive neural tensor network (Socher et al. 2013, section 4.3): h = x at leaves, tanh(vᵀ V v + W v + b) with v =
    /// [hl; hr] above them; V is [H, 2H, 2H].</summary>
    public static Value RecursiveTensor(Forest forest, Value x, Tensor3 v3, Matrix w, Vector b) =>
        Composed(forest, x, b, (step, v) => Bilinear(step.Take(v3), v, v) + (step.Take(w) * v) + step.Take(b.Tensor));

    private static Value Composed(Forest forest, Value x, Vector b, Func<TreeStep, Value, Value> compose) => TreeScan.Ordered(
        forest, [x, forest.LeafMask(x.Type.Element)], [Width(b)],
        (step, given, children) => [Select(given[1], given[0], Tanh(compose(step, Rnn.Concat(children[0][0], children[1][0]))))])[0];

    private static Dim Width(Vector b) => b.Tensor.Type.Dims[0];
}
