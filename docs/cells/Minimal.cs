using RnnJit;
using static RnnJit.Rnn;

/// <summary>A minimal gated unit: one gate decides how much of a candidate enters (Zhou et al. 2016, without the
/// gate inside the candidate).</summary>
[RnnCell]
public static partial class Minimal
{
    public static Value Step(Value x, Value h, Matrix Wz, Matrix Uz, Vector bz, Matrix Wn, Matrix Un, Vector bn)
    {
        var z = Sigmoid(Wz * x + Uz * h + bz);
        var n = Tanh(Wn * x + Un * h + bn);
        return h + z * (n - h);
    }
}
