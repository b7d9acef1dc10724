using static RnnJit.Rnn;

namespace RnnJit.Cells;

/// <summary>Gated recurrent unit whose update gate is scaled by an attention score <c>a</c> [B, 1] (Zhou et al. 2019, "Deep interest
/// evolution network", arXiv:1809.03672, equations 2 to 5 and those of AUGRU in "Interest Evolving Layer").</summary>
[RnnCell]
public static partial class Augru
{
    public static Value Step(Value x, [Dims("1")] Value a, Value h, Matrix Wu, Matrix Uu, Vector bu, Matrix Wr, Matrix Ur, Vector br,
        Matrix Wn, Matrix Un, Vector bn)
    {
        var u = a * Sigmoid(Wu * x + Uu * h + bu);
        var r = Sigmoid(Wr * x + Ur * h + br);
        var n = Tanh(Wn * x + r * (Un * h) + bn);
        return (1 - u) * h + u * n;
    }
}
