using static RnnJit.Rnn;

namespace RnnJit.Cells;

/// <summary>sLSTM of xLSTM: exponential input gate, sigmoid forget gate, normaliser n and stabiliser m (Beck et al. 2024, arXiv:2405.04517,
/// equations 8 to 17, one head). x: [B, X], states [B, H]. c and n are stored times e⁻ᵐ. From zero states the first step gives h' = o ⊙ z,
/// as in the authors' code, whose first m is ĩ; a first ĩ below −87 needs another start, n = 1 and m = 0.</summary>
[RnnCell]
public static partial class SLstm
{
    public static (Value h, Value c, Value n, Value m) Step(Value x, Value h, Value c, Value n, Value m,
        Matrix Wz, Matrix Uz, Vector bz, Matrix Wi, Matrix Ui, Vector bi, Matrix Wf, Matrix Uf, [Init("ones")] Vector bf, Matrix Wo,
        Matrix Uo, Vector bo)
    {
        var z = Tanh(Wz * x + Uz * h + bz);
        var logI = Wi * x + Ui * h + bi;
        var logF = -Softplus(-(Wf * x + Uf * h + bf)) + m;
        var o = Sigmoid(Wo * x + Uo * h + bo);
        var nextM = Max(logF, logI);
        var i = Exp(logI - nextM);
        var f = Exp(logF - nextM);
        var nextC = f * c + i * z;
        var nextN = f * n + i;
        return (o * nextC / nextN, nextC, nextN, nextM);
    }
}
