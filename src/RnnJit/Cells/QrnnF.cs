using static RnnJit.Rnn;

namespace RnnJit.Cells;

/// <summary>Quasi-recurrent network with f-pooling, a convolution over two steps: <c>before</c> is the input of the step before, 0 at the
/// first (Bradbury et al. 2016, arXiv:1611.01576, equations 2 and 3). The recurrence is linear in h.</summary>
[RnnCell]
public static partial class QrnnF
{
    public static Value Step(
        [Dims("X")] Value x, [Dims("X")] Value before, Value h, Matrix Vz, Matrix Wz, Vector bz, Matrix Vf, Matrix Wf, Vector bf)
    {
        var z = Tanh(Vz * before + Wz * x + bz);
        var f = Sigmoid(Vf * before + Wf * x + bf);
        return f * h + (1 - f) * z;
    }
}
