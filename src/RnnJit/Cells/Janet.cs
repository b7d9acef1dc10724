using static RnnJit.Rnn;

namespace RnnJit.Cells;

/// <summary>An LSTM of which only the forget gate is left; more is taken up than forgotten where β &gt; 0 (van der Westhuizen and Lasenby
/// 2018, arXiv:1804.04849, section 3; the forget gate alone is β = 0).</summary>
[RnnCell]
public static partial class Janet
{
    public static Value Step(Value x, Value h, Matrix Wf, Matrix Uf, [Init("ones")] Vector bf, Matrix Wn, Matrix Un, Vector bn,
        double beta = 1)
    {
        var s = Wf * x + Uf * h + bf;
        var n = Tanh(Wn * x + Un * h + bn);
        return Sigmoid(s) * h + (1 - Sigmoid(s - beta)) * n;
    }
}
