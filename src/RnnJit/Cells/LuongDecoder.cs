using static RnnJit.Rnn;

namespace RnnJit.Cells;

/// <summary>
/// An LSTM decoder that attends to a memory, with input feeding (Luong, Pham and Manning 2015, arXiv:1508.04025, sections 3.1 to 3.3,
/// general score): each step reads its input x and the attentional state h̃ of the step before. Its output y is h̃; a is where it looked.
/// </summary>
[RnnCell]
public static partial class LuongDecoder
{
    public static (Value h, Value c, Value feed, Value y,
        Value a) Step(Value x, [Dims("H")] Value h, [Dims("H")] Value c, [Dims("H")] Value feed,
        [PerSequence, Dims("S", "M")] Value memory, [PerSequence, Dims("S")] Value mask,
        Matrix Wi, Matrix Vi, Matrix Ui, Vector bi, Matrix Wf, Matrix Vf, Matrix Uf, [Init("ones")] Vector bf,
        Matrix Wg, Matrix Vg, Matrix Ug, Vector bg, Matrix Wo, Matrix Vo, Matrix Uo, Vector bo, Matrix Wa, Matrix Wc, Matrix Vc)
    {
        var i = Sigmoid(Wi * x + Vi * feed + Ui * h + bi);
        var f = Sigmoid(Wf * x + Vf * feed + Uf * h + bf);
        var g = Tanh(Wg * x + Vg * feed + Ug * h + bg);
        var o = Sigmoid(Wo * x + Vo * feed + Uo * h + bo);
        var cell = f * c + i * g;
        var top = o * Tanh(cell);
        var a = Attention.Weights(Attention.General(top, memory, Wa), mask);
        var attentional = Tanh(Wc * Attention.Read(a, memory) + Vc * top);
        return (top, cell, attentional, attentional, a);
    }
}
