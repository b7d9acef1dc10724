using static RnnJit.Rnn;

namespace RnnJit.Cells;

/// <summary>Simple recurrent network with rectified linear units (Le, Jaitly and Hinton 2015, arXiv:1504.00941).</summary>
[RnnCell]
public static partial class ElmanRelu
{
    public static Value Step(Value x, Value h, Matrix W, Matrix U, Vector b) => Relu(W * x + U * h + b);
}
