using static RnnJit.Rnn;

namespace RnnJit.Cells;

/// <summary>Coupled oscillators: z is the velocity of y (Rusch and Mishra 2020, arXiv:2010.00951, equation 3, damping explicit, σ =
/// tanh).</summary>
[RnnCell]
public static partial class CoRnn
{
    public static (Value y, Value z) Step(Value x, Value y, Value z, Matrix V, Matrix W, Matrix Z, Vector b,
        double dt = 0.042, double gamma = 2.7, double epsilon = 4.7)
    {
        var next = z + dt * (Tanh(W * y + Z * z + V * x + b) - gamma * y - epsilon * z);
        return (y + dt * next, next);
    }
}
