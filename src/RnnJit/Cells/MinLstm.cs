using static RnnJit.Rnn;

namespace RnnJit.Cells;

/// <summary>minLSTM: gates and candidate read x only and the two gates are scaled to sum 1, so the recurrence is linear in h
/// (Feng et al. 2024, arXiv:2410.01201, section 3.2).</summary>
[RnnCell]
public static partial class MinLstm
{
    public static Value Step(Value x, Value h, Matrix Wf, Vector bf, Matrix Wi, Vector bi, Matrix Wn, Vector bn)
    {
        var f = Sigmoid(Wf * x + bf);
        var i = Sigmoid(Wi * x + bi);
        return f / (f + i) * h + i / (f + i) * (Wn * x + bn);
    }
}
