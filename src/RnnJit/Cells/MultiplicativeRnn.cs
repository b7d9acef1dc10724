using static RnnJit.Rnn;

namespace RnnJit.Cells;

/// <summary>Multiplicative network: the input chooses the recurrent matrix, factored over M = H factors or as many as Wm has rows
/// (Sutskever, Martens and Hinton 2011, "Generating text with recurrent neural networks", section 3).</summary>
[RnnCell]
public static partial class MultiplicativeRnn
{
    public static Value Step(Value x, Value h, [Dims("M", "X")] Matrix Wm, Matrix Um, Matrix W, Matrix V, Vector b)
    {
        var m = (Wm * x) * (Um * h);
        return Tanh(W * x + V * m + b);
    }
}
