using RnnJit;
using static RnnJit.Rnn;

namespace RnnJit.Bench.Passes;

/// <summary>A whole GRU, again and again in one step.</summary>
[RnnCell]
public static partial class LongGru
{
    public static Value Step(Value x, Value h, Matrix Wz, Matrix Uz, Vector bz, Matrix Wr, Matrix Ur, Vector br, Matrix Wn, Matrix Un,
        Vector bn, int times = 1)
    {
        for (int i = 0; i < times; i++)
        {
            Value z = Sigmoid(Wz * x + Uz * h + bz);
            Value r = Sigmoid(Wr * x + Ur * h + br);
            Value n = Tanh(Wn * x + Un * (r * h) + bn);
            h = (1 - z) * n + z * h;
        }

        return h;
    }
}
