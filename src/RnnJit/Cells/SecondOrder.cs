using static RnnJit.Rnn;

namespace RnnJit.Cells;

/// <summary>Second-order network: h'ₖ = tanh(Σᵢⱼ W[k, i, j] xᵢ hⱼ + bₖ) (Giles et al. 1992, "Learning and extracting finite state automata
/// with second-order recurrent neural networks", section 2, with tanh and a bias).</summary>
[RnnCell]
public static partial class SecondOrder
{
    public static Value Step(Value x, Value h, Tensor3 W, Vector b) => Tanh(Bilinear(W, x, h) + b);
}
