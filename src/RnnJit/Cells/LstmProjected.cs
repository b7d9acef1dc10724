using static RnnJit.Rnn;

namespace RnnJit.Cells;

/// <summary>Long short-term memory whose output is projected to R units before it recurs (Sak, Senior and Beaufays 2014,
/// arXiv:1402.1128, without peepholes).</summary>
[RnnCell]
public static partial class LstmProjected
{
    public static (Value h, Value c) Step(Value x, [Dims("R")] Value h, [Dims("H")] Value c,
        Matrix Wi, Matrix Ui, Vector bi, Matrix Wf, Matrix Uf, [Init("ones")] Vector bf,
        Matrix Wg, Matrix Ug, Vector bg, Matrix Wo, Matrix Uo, Vector bo, Matrix Wr)
    {
        var i = Sigmoid(Wi * x + Ui * h + bi);
        var f = Sigmoid(Wf * x + Uf * h + bf);
        var g = Tanh(Wg * x + Ug * h + bg);
        var o = Sigmoid(Wo * x + Uo * h + bo);
        var next = f * c + i * g;
        return (Wr * (o * Tanh(next)), next);
    }
}
