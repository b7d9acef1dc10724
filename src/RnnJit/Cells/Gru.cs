using static RnnJit.Rnn;

namespace RnnJit.Cells;

/// <summary>Gated recurrent unit, reset gate before the product (Cho et al. 2014, arXiv:1406.1078v3, equations 5 to 8, with biases; z keeps
/// the old state). x: [B, X], h: [B, H].</summary>
[RnnCell]
public static partial class Gru
{
    public static Value Step(Value x, Value h,
        Matrix Wz, Matrix Uz, Vector bz, Matrix Wr, Matrix Ur, Vector br, Matrix Wn, Matrix Un, Vector bn)
    {
        var z = Sigmoid(Wz * x + Uz * h + bz);
        var r = Sigmoid(Wr * x + Ur * h + br);
        var n = Tanh(Wn * x + Un * (r * h) + bn);
        return z * h + (1 - z) * n;
    }
}
