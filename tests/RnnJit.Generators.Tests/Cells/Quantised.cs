using static RnnJit.Rnn;

namespace RnnJit.Generators.Tests.Cells;

/// <summary>A state that keeps multiples of a step, with the gradient of the state that is not rounded.</summary>
[RnnCell]
public static partial class Quantised
{
    public static Value Step(Value x, Value h, Matrix W, Matrix U, Vector b, double step = 0.25)
    {
        var next = Tanh(W * x + U * h + b);
        return next + Detach(step * Floor(next / step + 0.5) - next);
    }
}
