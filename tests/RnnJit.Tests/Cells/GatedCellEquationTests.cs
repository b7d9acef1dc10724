using RnnJit.Cells;
using static RnnJit.Tests.Cells.PlainArithmetic;

namespace RnnJit.Tests.Cells;

/// <summary>Gated cells against their papers' equations, unit by unit.</summary>
public class GatedCellEquationTests
{
    // Ravanelli et al. 2018, section III, without the normalisation over the batch.
    [Test]
    public void Light_gru() => Follow(typeof(LiGru), ["h"], (n, t, s) => [Each(k =>
    {
        double z = Sigmoid(n.Net("z", t, k, s[0]));
        return (z * s[0][k]) + ((1 - z) * Math.Max(0, n.Net("n", t, k, s[0])));
    })]);

    // Collins, Sohl-Dickstein and Sussillo 2017: h = g h + (1 − g) c.
    [Test]
    public void Update_gate_network() => Follow(typeof(Ugrnn), ["h"], (n, t, s) => [Each(k =>
    {
        double g = Sigmoid(n.Net("g", t, k, s[0]));
        return (g * s[0][k]) + ((1 - g) * Math.Tanh(n.Net("n", t, k, s[0])));
    })]);

    // Van der Westhuizen and Lasenby 2018, section 3: c = σ(s) c + (1 − σ(s − β)) c̃, h = c, β = 1.
    [Test]
    public void Forget_gate_only() => Follow(typeof(Janet), ["h"], (n, t, s) => [Each(k =>
        (Sigmoid(n.Net("f", t, k, s[0])) * s[0][k]) + ((1 - Sigmoid(n.Net("f", t, k, s[0]) - 1)) * Math.Tanh(n.Net("n", t, k, s[0]))))]);

    // Turkoglu et al. 2019: k = σ(W x + U h + b), z = tanh(W x + b), h = tanh((1 − k) h + k z).
    [Test]
    public void Stackable() => Follow(typeof(Star), ["h"], (n, t, s) => [Each(u =>
    {
        double k = Sigmoid(n.Net("k", t, u, s[0]));
        return Math.Tanh(((1 - k) * s[0][u]) + (k * Math.Tanh(n.Read("z", t, u))));
    })]);

    // Krause et al. 2016, section 3: m = (W x) ⊙ (W h), m in place of h in every gate.
    [Test]
    public void Multiplicative_lstm() => Follow(typeof(MultiplicativeLstm), ["h", "c"], (n, t, s) =>
    {
        double[] m = Each(k => n.Dot("Wm", k, i => n.X(t, i)) * n.Dot("Um", k, i => s[0][i]));
        double[] c = Each(k => (Sigmoid(n.Net("f", t, k, m)) * s[1][k]) + (Sigmoid(n.Net("i", t, k, m)) * Math.Tanh(n.Net("g", t, k, m))));
        return [Each(k => Sigmoid(n.Net("o", t, k, m)) * Math.Tanh(c[k])), c];
    });

    // Beck et al. 2024, equations 8 to 17 without the stabiliser: c/n does not depend on it, so c and n are those of the cell times eᵐ.
    [Test]
    public void Exponential_gating_needs_no_stabiliser_in_plain_numbers() => Follow(typeof(SLstm), ["h", "c", "n", "m"], (n, t, s) =>
    {
        double[] z = Each(k => Math.Tanh(n.Net("z", t, k, s[0]))), i = Each(k => Math.Exp(n.Net("i", t, k, s[0]))),
            f = Each(k => Sigmoid(n.Net("f", t, k, s[0])));
        double[] c = Each(k => (f[k] * s[1][k] * Math.Exp(s[3][k])) + (i[k] * z[k])),
            d = Each(k => (f[k] * s[2][k] * Math.Exp(s[3][k])) + i[k]);
        double[] m = Each(k => Math.Max(Math.Log(f[k]) + s[3][k], Math.Log(i[k])));
        return [Each(k => Sigmoid(n.Net("o", t, k, s[0])) * c[k] / d[k]), Each(k => c[k] * Math.Exp(-m[k])),
            Each(k => d[k] * Math.Exp(-m[k])), m];
    });

    // Che et al. 2016, equations 10 to 16.
    [Test]
    public void Gru_with_decay() => Follow(typeof(GruD), ["h", "last"], (n, t, s) =>
    {
        double seen(int i) => n.At("seen", t, i);
        double delta(int i) => n.At("delta", t, i);
        double decay(int i) => Math.Exp(-Math.Max(0, (n.At("wx", i) * delta(i)) + n.At("bx", i)));
        double input(int i) => (seen(i) * n.X(t, i)) + ((1 - seen(i)) * ((decay(i) * s[1][i]) + ((1 - decay(i)) * n.At("mean", i))));
        double[] old = Each(k => Math.Exp(-Math.Max(0, n.Dot("Wh", k, delta) + n.At("bh", k))) * s[0][k]);
        double net(string gate, int k, Func<int, double> h) =>
            n.Dot("W" + gate, k, input) + n.Dot("U" + gate, k, h) + n.Dot("V" + gate, k, seen) + n.At("b" + gate, k);
        double[] r = Each(k => Sigmoid(net("r", k, i => old[i])));
        double[] h = Each(k =>
        {
            double z = Sigmoid(net("z", k, i => old[i]));
            return ((1 - z) * old[k]) + (z * Math.Tanh(net("n", k, i => r[i] * old[i])));
        });
        return [h, [.. Enumerable.Range(0, 3).Select(i => (seen(i) * n.X(t, i)) + ((1 - seen(i)) * s[1][i]))]];
    });

    // Zhou et al. 2019, equations 2 to 5, ũ' = a u, h = (1 − ũ') h + ũ' h̃.
    [Test]
    public void Attentional_update_gate() => Follow(typeof(Augru), ["h"], (n, t, s) => [Each(k =>
    {
        double u = n.At("a", t, 0) * Sigmoid(n.Net("u", t, k, s[0]));
        double candidate = Math.Tanh(n.Read("n", t, k) + (Sigmoid(n.Net("r", t, k, s[0])) * n.Dot("Un", k, i => s[0][i])));
        return ((1 - u) * s[0][k]) + (u * candidate);
    })]);

    // Zilly et al. 2016, equations 6 to 9, two layers, c = 1 − t; the input enters the first.
    [Test]
    public void Recurrent_highway() => Follow(typeof(RecurrentHighway), ["h"], (n, t, s) =>
    {
        double[] state = s[0];
        for (int layer = 0; layer < 2; layer++)
        {
            int first = layer * Units, depth = layer;
            double[] old = state;
            double net(string gate, int k) => (depth == 0 ? n.Dot("W" + gate, k, i => n.X(t, i)) : 0)
                + n.Dot("U" + gate, first + k, i => old[i]) + n.At("b" + gate, depth, k);
            state = Each(k => (Math.Tanh(net("h", k)) * Sigmoid(net("t", k))) + (old[k] * (1 - Sigmoid(net("t", k)))));
        }

        return [state];
    });
}
