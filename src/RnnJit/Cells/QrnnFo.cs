using static RnnJit.Rnn;

namespace RnnJit.Cells;

/// <summary>Quasi-recurrent network with fo-pooling, a convolution over two steps: <c>before</c> is the input of the step before, 0 at the
/// first (Bradbury et al. 2016, arXiv:1611.01576, equations 2 and 4). The recurrence is linear in c.</summary>
[RnnCell]
public static partial class QrnnFo
{
    public static (Value c, Value y) Step([Dims("X")] Value x, [Dims("X")] Value before, Value c,
        Matrix Vz, Matrix Wz, Vector bz, Matrix Vf, Matrix Wf, Vector bf, Matrix Vo, Matrix Wo, Vector bo)
    {
        var z = Tanh(Vz * before + Wz * x + bz);
        var f = Sigmoid(Vf * before + Wf * x + bf);
        var o = Sigmoid(Vo * before + Wo * x + bo);
        var next = f * c + (1 - f) * z;
        return (next, o * next);
    }
}
