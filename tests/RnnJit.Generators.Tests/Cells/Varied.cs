using static RnnJit.Rnn;

namespace RnnJit.Generators.Tests.Cells;

/// <summary>A cell inside another class, helpers of another class, params, out of order named arguments, deconstruction into known
/// variables, while, break and continue.</summary>
public static partial class House
{
    [RnnCell]
    internal static partial class Varied
    {
        internal static (Value h, Value c) Step(Value x, Value h, Value c, Matrix W, Matrix U, Vector p, Vector q)
        {
            Value a, b;
            (a, b) = Blocks.Pair(right: U * h, left: W * x);
            int count = 0;
            while (true)
            {
                count++;
                if (count == 2)
                    continue;
                if (count > 4)
                    break;
                a = Blocks.Sum(a, b, p, a / count);
            }

            (a, b) = (b, a);
            var pair = (first: a - q, second: -b);
            pair = (pair.second, pair.Item1);
            Value peephole = p;
            do
                peephole *= 0.5;
            while (--count > 3);
            c = Blocks.Bounded(Product(W, x), low: -1, high: 2f) + peephole * c;
            return (Tanh(pair.first) + Blocks.Power(pair.second, 3), c);
        }
    }
}

internal static class Blocks
{
    public static (Value, Value) Pair(Value left, Value right) => (left, right);

    public static Value Sum(params Value[] parts)
    {
        Value sum = parts[0];
        for (int i = 1; i < parts.Length; i++)
            sum += parts[i];
        return sum;
    }

    public static Value Bounded(this Value v, double low, double high = 1)
    {
        if (low >= high)
            throw new ArgumentException("low < high is needed");
        return Min(Max(v, low), high);
    }

    public static Value Power(Value v, int n) => n == 1 ? v : v * Power(v, n - 1);
}
