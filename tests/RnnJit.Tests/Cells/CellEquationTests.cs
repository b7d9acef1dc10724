using RnnJit.Cells;
using static RnnJit.Tests.Cells.PlainArithmetic;

namespace RnnJit.Tests.Cells;

/// <summary>Cells against their papers' equations, unit by unit.</summary>
public class CellEquationTests
{
    [Test]
    public void Elman_1990() => Simple(typeof(Elman), Math.Tanh);

    [Test]
    public void Elman_with_rectified_units() => Simple(typeof(ElmanRelu), x => x > 0 ? x : 0);

    // Gers, Schmidhuber and Cummins 2000, sections 2 and 3; squashing functions tanh.
    [Test]
    public void Lstm_with_forget_gate()
    {
        var n = new PlainArithmetic(typeof(Lstm));
        double[] h = Start(n, "h"), c = Start(n, "c");
        for (int t = 0; t < Steps; t++)
        {
            double[] nextH = new double[Units], nextC = new double[Units];
            for (int k = 0; k < Units; k++)
            {
                double net(string gate) => n.Dot("W" + gate, k, i => n.X(t, i)) + n.Dot("U" + gate, k, i => h[i]) + n.At("b" + gate, k);
                nextC[k] = (Sigmoid(net("f")) * c[k]) + (Sigmoid(net("i")) * Math.Tanh(net("g")));
                nextH[k] = Sigmoid(net("o")) * Math.Tanh(nextC[k]);
            }

            (h, c) = (nextH, nextC);
            n.Agrees("h", t, h);
            n.Agrees("c", t, c);
        }
    }

    // Cho et al. 2014, equations 5 to 8: the reset gate acts on the state before the product.
    [Test]
    public void Gru_reset_before_the_product()
    {
        var n = new PlainArithmetic(typeof(Gru));
        double[] h = Start(n, "h");
        for (int t = 0; t < Steps; t++)
        {
            var r = new double[Units];
            for (int k = 0; k < Units; k++)
                r[k] = Sigmoid(n.Dot("Wr", k, i => n.X(t, i)) + n.Dot("Ur", k, i => h[i]) + n.At("br", k));
            var next = new double[Units];
            for (int k = 0; k < Units; k++)
            {
                double z = Sigmoid(n.Dot("Wz", k, i => n.X(t, i)) + n.Dot("Uz", k, i => h[i]) + n.At("bz", k));
                double candidate = Math.Tanh(n.Dot("Wn", k, i => n.X(t, i)) + n.Dot("Un", k, i => r[i] * h[i]) + n.At("bn", k));
                next[k] = (z * h[k]) + ((1 - z) * candidate);
            }

            h = next;
            n.Agrees("h", t, h);
        }
    }

    // Appleyard et al. 2016: the reset gate acts on the product, whose bias it scales.
    [Test]
    public void Gru_reset_after_the_product()
    {
        var n = new PlainArithmetic(typeof(GruResetAfter));
        double[] h = Start(n, "h");
        for (int t = 0; t < Steps; t++)
        {
            var next = new double[Units];
            for (int k = 0; k < Units; k++)
            {
                double r = Sigmoid(n.Dot("Wr", k, i => n.X(t, i)) + n.Dot("Ur", k, i => h[i]) + n.At("br", k));
                double z = Sigmoid(n.Dot("Wz", k, i => n.X(t, i)) + n.Dot("Uz", k, i => h[i]) + n.At("bz", k));
                double candidate =
                    Math.Tanh(n.Dot("Wn", k, i => n.X(t, i)) + n.At("bn", k) + (r * (n.Dot("Un", k, i => h[i]) + n.At("cn", k))));
                next[k] = (z * h[k]) + ((1 - z) * candidate);
            }

            h = next;
            n.Agrees("h", t, h);
        }
    }

    private static void Simple(Type cell, Func<double, double> activation)
    {
        var n = new PlainArithmetic(cell);
        double[] h = Start(n, "h");
        for (int t = 0; t < Steps; t++)
        {
            var next = new double[Units];
            for (int k = 0; k < Units; k++)
                next[k] = activation(n.Dot("W", k, i => n.X(t, i)) + n.Dot("U", k, i => h[i]) + n.At("b", k));

            h = next;
            n.Agrees("h", t, h);
        }
    }

    private static double[] Start(PlainArithmetic n, string state) => [n.At(state, 0), n.At(state, 1)];
}
