using static RnnJit.Rnn;

namespace RnnJit.Cells;

/// <summary>Light gated recurrent unit: no reset gate, rectified candidate (Ravanelli et al. 2018, arXiv:1803.10225, section III).
/// The paper normalises W x over the batch; biases stand in its place here.</summary>
[RnnCell]
public static partial class LiGru
{
    public static Value Step(Value x, Value h, Matrix Wz, Matrix Uz, Vector bz, Matrix Wn, Matrix Un, Vector bn)
    {
        var z = Sigmoid(Wz * x + Uz * h + bz);
        var n = Relu(Wn * x + Un * h + bn);
        return z * h + (1 - z) * n;
    }
}
