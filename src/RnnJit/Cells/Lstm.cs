using static RnnJit.Rnn;

namespace RnnJit.Cells;

/// <summary>Long short-term memory with forget gate (Hochreiter and Schmidhuber 1997; Gers, Schmidhuber and Cummins 2000).</summary>
[RnnCell]
public static partial class Lstm
{
    public static (Value h, Value c) Step(Value x, Value h, Value c,
        Matrix Wi, Matrix Ui, Vector bi, Matrix Wf, Matrix Uf, [Init("ones")] Vector bf,
        Matrix Wg, Matrix Ug, Vector bg, Matrix Wo, Matrix Uo, Vector bo)
    {
        var i = Sigmoid(Wi * x + Ui * h + bi);
        var f = Sigmoid(Wf * x + Uf * h + bf);
        var g = Tanh(Wg * x + Ug * h + bg);
        var o = Sigmoid(Wo * x + Uo * h + bo);
        var next = f * c + i * g;
        return (o * Tanh(next), next);
    }
}
