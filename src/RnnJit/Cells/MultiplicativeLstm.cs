using static RnnJit.Rnn;

namespace RnnJit.Cells;

/// <summary>Multiplicative long short-term memory: m = (Wm x) ⊙ (Um h) replaces the hidden state in every gate (Krause et al. 2016,
/// arXiv:1609.07959, section 3; biases added, output gate applied after tanh).</summary>
[RnnCell]
public static partial class MultiplicativeLstm
{
    public static (Value h, Value c) Step(Value x, [Dims("H")] Value h, [Dims("H")] Value c, [Dims("H", "X")] Matrix Wm, Matrix Um,
        Matrix Wi, Matrix Ui, Vector bi, Matrix Wf, Matrix Uf, [Init("ones")] Vector bf,
        Matrix Wg, Matrix Ug, Vector bg, Matrix Wo, Matrix Uo, Vector bo)
    {
        var m = (Wm * x) * (Um * h);
        var i = Sigmoid(Wi * x + Ui * m + bi);
        var f = Sigmoid(Wf * x + Uf * m + bf);
        var g = Tanh(Wg * x + Ug * m + bg);
        var o = Sigmoid(Wo * x + Uo * m + bo);
        var next = f * c + i * g;
        return (o * Tanh(next), next);
    }
}
