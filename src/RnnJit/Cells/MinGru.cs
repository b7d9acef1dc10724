using static RnnJit.Rnn;

namespace RnnJit.Cells;

/// <summary>minGRU: gate and candidate read x only, so the recurrence is linear in h (Feng et al. 2024,
/// arXiv:2410.01201, section 3.1).</summary>
[RnnCell]
public static partial class MinGru
{
    public static Value Step(Value x, Value h, Matrix Wz, Vector bz, Matrix Wn, Vector bn)
    {
        var z = Sigmoid(Wz * x + bz);
        return (1 - z) * h + z * (Wn * x + bn);
    }
}
