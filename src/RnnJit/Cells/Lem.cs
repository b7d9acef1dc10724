using static RnnJit.Rnn;

namespace RnnJit.Cells;

/// <summary>Long expressive memory: two time steps learnt from the data (Rusch et al. 2022, arXiv:2110.04744, equation 3).</summary>
[RnnCell]
public static partial class Lem
{
    public static (Value y,
        Value z) Step(Value x, [Dims("H")] Value y, [Dims("H")] Value z, Matrix W1, Matrix V1, Vector b1, Matrix W2, Matrix V2, Vector b2,
        Matrix Wz, Matrix Vz, Vector bz, Matrix Wy, Matrix Vy, Vector by, double dt = 1)
    {
        var a = dt * Sigmoid(W1 * y + V1 * x + b1);
        var b = dt * Sigmoid(W2 * y + V2 * x + b2);
        var nextZ = (1 - a) * z + a * Tanh(Wz * y + Vz * x + bz);
        return ((1 - b) * y + b * Tanh(Wy * nextZ + Vy * x + by), nextZ);
    }
}
