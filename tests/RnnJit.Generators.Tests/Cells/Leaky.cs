using static RnnJit.Rnn;

namespace RnnJit.Generators.Tests.Cells;

/// <summary>A cell with several time scales: loops, arrays, numbers in float and in double, a local function, an output y.</summary>
[RnnCell]
public static partial class Leaky
{
    private const int Scales = 3;
    private const double Slowest = 0.1;

    public static (Value h, Value slow,
        Value y) Step(Value x, Value h, Value slow, Matrix W, Matrix U, Matrix V, Vector b, Vector c, float decay = 0.7f, int rounds = 2)
    {
        Value Mix(Value a, Value other, double share) => share * a + (1 - share) * other;

        float keep = 1;
        Value[] traces = new Value[Scales];
        for (int i = 0; i < Scales; i++)
        {
            keep *= decay;
            traces[i] = Mix(h, slow, keep);
        }

        Value sum = traces[0];
        foreach (Value trace in new[] { traces[1], traces[^1] })
            sum += trace;
        for (int round = 0; round < rounds; round++)
            sum = Tanh(W * x + U * sum + b);
        double rate = Math.Max(Slowest, Math.Sqrt(keep));
        slow = Mix(slow, sum, rate);
        return (sum, slow, V * sum + c);
    }
}
