using static RnnJit.Rnn;

namespace RnnJit.Cells;

/// <summary>Second-order network over an alphabet: every symbol has a matrix and a bias of its own, h' = tanh(W[s] h + b[·, s])
/// (Giles et al. 1992 with one-hot inputs, for which Σᵢⱼ W[k, i, j] xᵢ hⱼ is W[s] h).</summary>
[RnnCell]
public static partial class SymbolSecondOrder
{
    public static Value Step(Indices symbol, [Dims("H")] Value h, [Dims("K", "H", "H")] Tensor3 W, [Init("zeros")] Matrix b)
    {
        var s = OneHot(symbol, W);
        return Tanh(Mixture(W, s, h) + b * s);
    }
}
