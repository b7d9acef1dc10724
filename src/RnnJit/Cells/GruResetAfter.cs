using static RnnJit.Rnn;

namespace RnnJit.Cells;

/// <summary>Gated recurrent unit, reset gate after the product, as in cuDNN, PyTorch and Keras (Appleyard et al. 2016, arXiv:1604.01946);
/// the recurrent bias of n is inside the reset product.</summary>
[RnnCell]
public static partial class GruResetAfter
{
    public static Value Step(Value x, Value h,
        Matrix Wz, Matrix Uz, Vector bz, Matrix Wr, Matrix Ur, Vector br, Matrix Wn, Matrix Un, Vector bn, Vector cn)
    {
        var z = Sigmoid(Wz * x + Uz * h + bz);
        var r = Sigmoid(Wr * x + Ur * h + br);
        var n = Tanh(Wn * x + bn + r * (Un * h + cn));
        return z * h + (1 - z) * n;
    }
}
