using static RnnJit.Rnn;

namespace RnnJit.Cells;

/// <summary>Minimal gated unit: one gate forgets, resets and updates (Zhou et al. 2016, arXiv:1603.09420, table 1).</summary>
[RnnCell]
public static partial class Mgu
{
    public static Value Step(Value x, Value h, Matrix Wf, Matrix Uf, Vector bf, Matrix Wn, Matrix Un, Vector bn)
    {
        var f = Sigmoid(Wf * x + Uf * h + bf);
        var n = Tanh(Wn * x + Un * (f * h) + bn);
        return (1 - f) * h + f * n;
    }
}
