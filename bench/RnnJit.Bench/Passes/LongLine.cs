using RnnJit;
using static RnnJit.Rnn;

namespace RnnJit.Bench.Passes;

/// <summary>A line that reads a value three times, again and again in one step.</summary>
[RnnCell]
public static partial class LongLine
{
    public static Value Step(Value x, Value h, Matrix W, Matrix U, Vector b, Vector a, int times = 1)
    {
        Value v = x;
        for (int i = 0; i < times; i++)
            v = v + Tanh(a * v) * v;
        return Tanh(W * v + U * h + b);
    }
}
