using static RnnJit.Rnn;

namespace RnnJit.Cells;

/// <summary>Simple recurrent network with rectified linear units (Le, Jaitly and Hinton 2015, arXiv:1504.00941). x: [B, X], h: [B,
/// H].</summary>
/// <remarks>U starts as the identity, which is the paper's point; the paper's W is Gaussian with deviation 0.001, ours Glorot.</remarks>
[RnnCell]
public static partial class ElmanRelu
{
    public static Value Step(Value x, Value h, Matrix W, [Init("identity")] Matrix U, Vector b) => Relu(W * x + U * h + b);
}
