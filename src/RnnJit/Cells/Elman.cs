using static RnnJit.Rnn;

namespace RnnJit.Cells;

/// <summary>Simple recurrent network with tanh (Elman 1990, "Finding structure in time").</summary>
[RnnCell]
public static partial class Elman
{
    public static Value Step(Value x, Value h, Matrix W, Matrix U, Vector b) => Tanh(W * x + U * h + b);
}
