using static RnnJit.Rnn;

namespace RnnJit.Generators.Tests.Cells;

/// <summary>
/// A cell with functions on any axis, dimensions as text and as numbers, operators with numbers, and the state's units in groups.
/// </summary>
[RnnCell]
public static partial class Shaped
{
    public static Value Step(Value x, [Dims("4K")] Value h, [Dims("4K")] Matrix W, Matrix U, Vector b, Vector gain,
        [Dims("4K", "E")] Matrix table)
    {
        Value a = 2 * W * x + (U / 4 - 0.5 * U) * h + b * gain / 2 - 1;
        Value groups = Softmax(Reshape(a, "B", 4, "K"), 1) * (1 + Maximum(Reshape(h, "B", 4, "K"), -1, 1));
        Value mixed = Reshape(Transpose(Transpose(groups, 0, 2, 1), 0, -1, 1), "B", "4K");
        Value first = Slice(h, 1, 0, "K"), rest = Slice(h, -1, "K", "3K");
        Value chosen = Sum(Gather(table, ArgMax(a)));
        Value[] parts = Split(Concat(1, rest, first), 4, 1);
        return Tanh(Clip(mixed + Select(Less(0, a), 1, h), -2, 2) + Concat(-1, parts) + 0.1 * chosen);
    }
}
