using static RnnJit.Rnn;

namespace RnnJit.Cells;

/// <summary>Recurrent highway network of some layers within each step, carry gate 1 − t (Zilly et al. 2016, arXiv:1607.03474, equations 6
/// to 9). <c>Uh</c>, <c>Ut</c> [depth, H, H] and <c>bh</c>, <c>bt</c> [depth, H] have a part for every layer.</summary>
[RnnCell]
public static partial class RecurrentHighway
{
    public static Value Step(Value x, Value h, Matrix Wh, Matrix Wt, Tensor3 Uh, [Init("zeros")] Matrix bh, Tensor3 Ut,
        [Init("-2")] Matrix bt, int depth = 2)
    {
        Matrix[] candidate = Parts(Uh, depth), transform = Parts(Ut, depth);
        Vector[] shift = Parts(bh, depth), bias = Parts(bt, depth);
        Value s = h;
        for (int layer = 0; layer < depth; layer++)
        {
            Value a = candidate[layer] * s + shift[layer], b = transform[layer] * s + bias[layer];
            if (layer == 0)
            {
                a += Wh * x;
                b += Wt * x;
            }

            var t = Sigmoid(b);
            s = Tanh(a) * t + s * (1 - t);
        }

        return s;
    }
}
