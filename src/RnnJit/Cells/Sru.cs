using static RnnJit.Rnn;

namespace RnnJit.Cells;

/// <summary>Simple recurrent unit with a highway connection, so X = H (Lei and Zhang 2017, arXiv:1709.02755v1, equations 3
/// to 7, g = tanh). All products read x only; the recurrence is linear in c.</summary>
[RnnCell]
public static partial class Sru
{
    public static (Value c, Value y) Step(Value x, Value c, Matrix W, Matrix Wf, Vector bf, Matrix Wr, Vector br)
    {
        var f = Sigmoid(Wf * x + bf);
        var r = Sigmoid(Wr * x + br);
        var next = f * c + (1 - f) * (W * x);
        return (next, r * Tanh(next) + (1 - r) * x);
    }
}
