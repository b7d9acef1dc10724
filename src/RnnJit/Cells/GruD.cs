using static RnnJit.Rnn;

namespace RnnJit.Cells;

/// <summary>Gated recurrent unit for series with missing values: inputs decay towards their <c>mean</c> [X] and the state towards 0 with
/// the time since the last observation (Che et al. 2016, arXiv:1606.01865, equations 10 to 16). <c>seen</c> [B, X] is 1 where x was
/// observed, <c>delta</c> [B, X] the time since; the state <c>last</c> is the last value observed.</summary>
[RnnCell]
public static partial class GruD
{
    public static (Value h, Value last) Step([Dims("X")] Value x, Value seen, Value delta, [Dims("H")] Value h, [Dims("X")] Value last,
        [PerSequence] Vector mean,
        Vector wx, Vector bx, [Dims("H", "X")] Matrix Wh, Vector bh,
        Matrix Wz, Matrix Uz, Matrix Vz, Vector bz, Matrix Wr, Matrix Ur, Matrix Vr, Vector br, Matrix Wn, Matrix Un, Matrix Vn, Vector bn)
    {
        var decayX = Exp(-Relu(wx * delta + bx));
        var decayH = Exp(-Relu(Wh * delta + bh));
        var input = seen * x + (1 - seen) * (decayX * last + (1 - decayX) * mean);
        var old = decayH * h;
        var z = Sigmoid(Wz * input + Uz * old + Vz * seen + bz);
        var r = Sigmoid(Wr * input + Ur * old + Vr * seen + br);
        var n = Tanh(Wn * input + Un * (r * old) + Vn * seen + bn);
        return ((1 - z) * old + z * n, seen * x + (1 - seen) * last);
    }
}
