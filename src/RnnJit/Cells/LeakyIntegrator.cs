using static RnnJit.Rnn;

namespace RnnJit.Cells;

/// <summary>Leaky integrator units with trained rates: h' = (1 − a) ⊙ h + a ⊙ tanh(W x + U h + b), a = σ(α), one rate per unit
/// (Mozer 1992; Bengio, Boulanger-Lewandowski and Pascanu 2013, arXiv:1212.0901, section 3.2).</summary>
[RnnCell]
public static partial class LeakyIntegrator
{
    public static Value Step(Value x, Value h, Matrix W, Matrix U, Vector b, Vector alpha)
    {
        var a = Sigmoid(alpha);
        return (1 - a) * h + a * Tanh(W * x + U * h + b);
    }
}
