using static RnnJit.Rnn;

namespace RnnJit.Cells;

/// <summary>Stackable recurrent cell: the candidate reads x only, one gate mixes it into the state, and tanh bounds the sum
/// (Turkoglu et al. 2019, arXiv:1911.11033).</summary>
[RnnCell]
public static partial class Star
{
    public static Value Step(Value x, Value h, Matrix Wk, Matrix Uk, Vector bk, Matrix Wz, Vector bz)
    {
        var k = Sigmoid(Wk * x + Uk * h + bk);
        var z = Tanh(Wz * x + bz);
        return Tanh((1 - k) * h + k * z);
    }
}
