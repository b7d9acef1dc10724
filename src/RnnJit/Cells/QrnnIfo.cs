using static RnnJit.Rnn;

namespace RnnJit.Cells;

/// <summary>Quasi-recurrent network with ifo-pooling, a convolution over two steps: <c>before</c> is the input of the step before, 0 at the
/// first (Bradbury et al. 2016, arXiv:1611.01576, equations 2 and 5). The recurrence is linear in c.</summary>
[RnnCell]
public static partial class QrnnIfo
{
    public static (Value c, Value y) Step([Dims("X")] Value x, [Dims("X")] Value before, Value c,
        Matrix Vz, Matrix Wz, Vector bz, Matrix Vi, Matrix Wi, Vector bi, Matrix Vf, Matrix Wf, Vector bf, Matrix Vo, Matrix Wo, Vector bo)
    {
        var z = Tanh(Vz * before + Wz * x + bz);
        var i = Sigmoid(Vi * before + Wi * x + bi);
        var f = Sigmoid(Vf * before + Wf * x + bf);
        var o = Sigmoid(Vo * before + Wo * x + bo);
        var next = f * c + i * z;
        return (next, o * next);
    }
}
