using static RnnJit.Rnn;

namespace RnnJit.Cells;

/// <summary>Jordan network: the output is the state (Jordan 1986, "Serial order: a parallel distributed processing
/// approach", ICS report 8604).</summary>
[RnnCell]
public static partial class Jordan
{
    public static Value Step(Value x, Value y, [Dims("D", "X")] Matrix W, Matrix U, Vector b, Matrix V, Vector d)
    {
        var h = Tanh(W * x + U * y + b);
        return Sigmoid(V * h + d);
    }
}
