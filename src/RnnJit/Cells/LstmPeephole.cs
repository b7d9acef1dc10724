using static RnnJit.Rnn;

namespace RnnJit.Cells;

/// <summary>Long short-term memory whose gates see the memory: i and f the old one, o the new one (Gers, Schraudolph and Schmidhuber 2002,
/// JMLR 3, section 2; squashing functions tanh).</summary>
[RnnCell]
public static partial class LstmPeephole
{
    public static (Value h, Value c) Step(Value x, Value h, Value c,
        Matrix Wi, Matrix Ui, Vector bi, Vector pi, Matrix Wf, Matrix Uf, [Init("ones")] Vector bf, Vector pf,
        Matrix Wg, Matrix Ug, Vector bg, Matrix Wo, Matrix Uo, Vector bo, Vector po)
    {
        var i = Sigmoid(Wi * x + Ui * h + bi + pi * c);
        var f = Sigmoid(Wf * x + Uf * h + bf + pf * c);
        var g = Tanh(Wg * x + Ug * h + bg);
        var next = f * c + i * g;
        var o = Sigmoid(Wo * x + Uo * h + bo + po * next);
        return (o * Tanh(next), next);
    }
}
