using static RnnJit.Rnn;

namespace RnnJit.Generators.Tests.Cells;

/// <summary>An embedding, an input per sequence, a bilinear form, named dimensions, initialisers, named and optional
/// arguments, decisions by numbers.</summary>
[RnnCell]
public static partial class Controlled
{
    public static (Value h, Value y) Step(
        Indices word, Value h, [PerSequence] Value control,
        Matrix Embedding, Tensor3 Form, [Init("orthogonal"), Dims("H", "H")] Matrix U, [Init("0.25")] Vector b, [Dims("Y", "H")] Matrix Out,
        Vector scale,
        int depth = 2, double slope = 0.01)
    {
        Value x = Gather(Embedding, index: word);
        Value gate = Gate(bias: b, form: Bilinear(Form, x, control));
        if (depth > 1 && slope != 0)
            gate = Max(gate, slope * gate);
        else
            gate = Relu(gate);
        Value candidate = depth % 2 == 0 ? Tanh(Concat(U * h, x) * 2) : Softmax(x);
        Value[] halves = Split(candidate, parts: 2);
        Value next = gate * halves[0] + (1 - gate) * Select(Less(h, 0), -halves[^1], halves[1]) * scale;
        return (next, Out * next);
    }

    private static Value Gate(Value form, Vector bias, bool squash = true) => squash ? Sigmoid(form + bias) : form - bias;
}
