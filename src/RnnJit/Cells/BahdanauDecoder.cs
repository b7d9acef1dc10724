using static RnnJit.Rnn;

namespace RnnJit.Cells;

/// <summary>
/// A gated decoder that looks at a memory before each step (Bahdanau, Cho and Bengio 2015, arXiv:1409.0473, appendix A.1 and A.2): additive
/// scores of the state before, the context c in all three equations of the unit. The output is the state; a is where it looked.
/// </summary>
[RnnCell]
public static partial class BahdanauDecoder
{
    public static (Value h, Value c, Value a) Step(Value x, Value h,
        [PerSequence, Dims("S", "M")] Value memory, [PerSequence, Dims("S")] Value mask,
        [Dims("A", "H")] Matrix Wa, Matrix Ua, Vector ba, Vector va,
        Matrix Wz, Matrix Uz, Matrix Cz, Vector bz, Matrix Wr, Matrix Ur, Matrix Cr, Vector br, Matrix Wn, Matrix Un, Matrix Cn, Vector bn)
    {
        var a = Attention.Weights(Attention.Additive(h, memory, Wa, Ua, ba, va), mask);
        var c = Attention.Read(a, memory);
        var z = Sigmoid(Wz * x + Uz * h + Cz * c + bz);
        var r = Sigmoid(Wr * x + Ur * h + Cr * c + br);
        var n = Tanh(Wn * x + Un * (r * h) + Cn * c + bn);
        return (h + z * (n - h), c, a);
    }
}
