using static RnnJit.Rnn;

namespace RnnJit.Cells;

/// <summary>Long short-term memory with coupled input and forget gates, i = 1 − f (Greff et al. 2015, arXiv:1503.04069,
/// variant CIFG; without peepholes).</summary>
[RnnCell]
public static partial class LstmCoupled
{
    public static (Value h, Value c) Step(Value x, Value h, Value c,
        Matrix Wf, Matrix Uf, [Init("ones")] Vector bf, Matrix Wg, Matrix Ug, Vector bg, Matrix Wo, Matrix Uo, Vector bo)
    {
        var f = Sigmoid(Wf * x + Uf * h + bf);
        var g = Tanh(Wg * x + Ug * h + bg);
        var o = Sigmoid(Wo * x + Uo * h + bo);
        var next = f * c + (1 - f) * g;
        return (o * Tanh(next), next);
    }
}
