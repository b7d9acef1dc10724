using static RnnJit.Rnn;

namespace RnnJit.Cells;

/// <summary>Long short-term memory with layer normalisation of every gate and of the carried memory, each over its own units
/// (the form of TensorFlow's LayerNormBasicLSTMCell after Ba, Kiros and Hinton 2016, arXiv:1607.06450, section 3).</summary>
[RnnCell]
public static partial class LstmLayerNormGates
{
    public static (Value h, Value c) Step(Value x, Value h, Value c,
        Matrix Wi, Matrix Ui, [Init("ones")] Vector gi, Vector bi, Matrix Wf, Matrix Uf, [Init("ones")] Vector gf, Vector bf,
        Matrix Wg, Matrix Ug, [Init("ones")] Vector gg, Vector bg, Matrix Wo, Matrix Uo, [Init("ones")] Vector go, Vector bo,
        [Init("ones")] Vector gc, Vector bc, double forgetBias = 1, double epsilon = 1e-5)
    {
        var i = Sigmoid(LayerNorm(Wi * x + Ui * h, gi, bi, epsilon));
        var f = Sigmoid(LayerNorm(Wf * x + Uf * h, gf, bf, epsilon) + forgetBias);
        var g = Tanh(LayerNorm(Wg * x + Ug * h, gg, bg, epsilon));
        var o = Sigmoid(LayerNorm(Wo * x + Uo * h, go, bo, epsilon));
        var next = LayerNorm(f * c + i * g, gc, bc, epsilon);
        return (o * Tanh(next), next);
    }
}
