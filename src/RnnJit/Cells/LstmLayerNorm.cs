using static RnnJit.Rnn;

namespace RnnJit.Cells;

/// <summary>Long short-term memory with layer normalisation of both products, each over all four gates, and of the memory where it is read
/// (Ba, Kiros and Hinton 2016, arXiv:1607.06450, equations 20 to 22). Rows of the weights: i, f, g, o. The carried memory is not
/// normalised.</summary>
[RnnCell]
public static partial class LstmLayerNorm
{
    public static (Value h, Value c) Step(Value x, Value h, Value c,
        Matrix W, [Init("ones")] Vector gx, Vector bx, Matrix U, [Init("ones")] Vector gh, Vector bh, Vector b, [Init("ones")] Vector gc,
        Vector bc, double epsilon = 1e-5)
    {
        var a = Split(LayerNorm(W * x, gx, bx, epsilon) + LayerNorm(U * h, gh, bh, epsilon) + b, 4);
        var next = Sigmoid(a[1]) * c + Sigmoid(a[0]) * Tanh(a[2]);
        return (Sigmoid(a[3]) * Tanh(LayerNorm(next, gc, bc, epsilon)), next);
    }
}
