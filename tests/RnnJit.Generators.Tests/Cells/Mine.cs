using static RnnJit.Rnn;

namespace RnnJit.Generators.Tests.Cells;

/// <summary>Helper method, Split, tuple, number.</summary>
[RnnCell]
public static partial class Mine
{
    public static (Value h, Value m) Step(Value x, Value h, Value m, Matrix W, Matrix U, Vector b, float rate = 0.5f)
    {
        var z = Split(W * x + U * h + b, 3);
        var (i, f) = (Sigmoid(z[0]), Sigmoid(z[1]));
        var next = f * m + rate * i * Tanh(z[2]);
        return (Squash(next), next);
    }

    private static Value Squash(Value v) => v / (1 + Abs(v));
}
