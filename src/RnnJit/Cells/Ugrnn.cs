using static RnnJit.Rnn;

namespace RnnJit.Cells;

/// <summary>Update gate network: one gate between the old state and a simple recurrent one (Collins, Sohl-Dickstein and Sussillo 2017,
/// arXiv:1611.09913, section 1.1, candidate with tanh).</summary>
[RnnCell]
public static partial class Ugrnn
{
    public static Value Step(Value x, Value h, Matrix Wg, Matrix Ug, [Init("ones")] Vector bg, Matrix Wn, Matrix Un, Vector bn)
    {
        var g = Sigmoid(Wg * x + Ug * h + bg);
        var n = Tanh(Wn * x + Un * h + bn);
        return g * h + (1 - g) * n;
    }
}
