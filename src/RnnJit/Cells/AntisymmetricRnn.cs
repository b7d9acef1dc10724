using static RnnJit.Rnn;

namespace RnnJit.Cells;

/// <summary>Antisymmetric network: a forward Euler step of a stable system, h' = h + ε tanh((U − Uᵀ − γ I) h + W x + b)
/// (Chang et al. 2019, arXiv:1902.09689, section 3).</summary>
[RnnCell]
public static partial class AntisymmetricRnn
{
    public static Value Step(Value x, Value h, Matrix W, Matrix U, Vector b, double epsilon = 0.1, double gamma = 0.01) =>
        h + epsilon * Tanh((U - Transposed(U)) * h - gamma * h + W * x + b);
}
