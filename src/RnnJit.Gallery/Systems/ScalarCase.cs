using RnnJit.Ir;
using RnnJit.Randomness;

namespace RnnJit.Gallery.Systems;

/// <summary>Numbers of the lecture's scalar network, and its derivatives by plain loops.</summary>
/// <param name="Start">h before the first step.</param>
internal sealed record ScalarCase(double U, double W, double V, double Start, double[] X, double[] Target)
{
    public static ScalarCase Draw(int steps, RandomStream random)
    {
        double Number() => random.NextUniform(-1.5, 1.5);
        double[] Numbers() => [.. Enumerable.Range(0, steps).Select(_ => Number())];
        return new ScalarCase(Number(), Number(), Number(), Number(), Numbers(), Numbers());
    }

    /// <summary>Values of an input of the derived graph: 0 for those that are added to activations.</summary>
    public NdArray Input(Port port) => port.Name switch
    {
        "layer.u" => new NdArray([1, 1], [U]),
        "layer.w" => new NdArray([1, 1], [W]),
        "layer.v" => new NdArray([1, 1], [V]),
        "layer.h0" => new NdArray([1, 1], [Start]),
        "x" => new NdArray([X.Length, 1, 1], X),
        "target" => new NdArray([X.Length, 1, 1], Target),
        _ => new NdArray([X.Length, 1, 1], new double[X.Length]),
    };

    /// <summary>
    /// The lecture's formulas: ȳ = y − target, r̄ = ȳ φ′(r), h̄ = r̄ v + z̄₊₁ w, z̄ = h̄ φ′(z); ū = Σ z̄ x, v̄ = Σ r̄ h, w̄ = Σ z̄₊₁ h,
    /// with tanh′ = 1 − tanh².
    /// </summary>
    /// <param name="throughTime">False leaves out z̄₊₁ w: each step alone.</param>
    /// <returns>By the names of the derived graph.</returns>
    public Dictionary<string, double[]> Gradients(bool throughTime)
    {
        int steps = X.Length;
        double[] h = new double[steps + 1], y = new double[steps];
        h[0] = Start;
        for (int t = 0; t < steps; t++)
        {
            h[t + 1] = Math.Tanh(U * X[t] + W * h[t]);
            y[t] = Math.Tanh(V * h[t + 1]);
        }

        double[] yBar = new double[steps], rBar = new double[steps], hBar = new double[steps], zBar = new double[steps + 1];
        double uBar = 0, vBar = 0, wBar = 0;
        for (int t = steps - 1; t >= 0; t--)
        {
            yBar[t] = y[t] - Target[t];
            rBar[t] = yBar[t] * (1 - y[t] * y[t]);
            hBar[t] = rBar[t] * V + (throughTime ? zBar[t + 1] * W : 0);
            zBar[t] = hBar[t] * (1 - h[t + 1] * h[t + 1]);
            uBar += zBar[t] * X[t];
            vBar += rBar[t] * h[t + 1];
            wBar += zBar[t] * h[t];
        }

        return new()
        {
            ["d_yp"] = yBar, ["d_rp"] = rBar, ["d_hp"] = hBar, ["d_zp"] = zBar[..steps], ["d_layer.u"] = [uBar], ["d_layer.w"] = [wBar],
            ["d_layer.v"] = [vBar],
        };
    }
}
