using RnnJit.Cells;
using static RnnJit.Tests.Cells.PlainArithmetic;

namespace RnnJit.Tests.Cells;

/// <summary>Cells that are linear in their state, against their papers' equations, unit by unit.</summary>
public class LinearCellEquationTests
{
    // Bradbury et al. 2016, equation 2 for the gates, equation 3.
    [Test]
    public void Qrnn_with_f_pooling() => Follow(typeof(QrnnF), ["h"], (n, t, s) =>
        [Each(k =>
            (Sigmoid(Convolved(n, "f", t, k)) * s[0][k]) + ((1 - Sigmoid(Convolved(n, "f", t, k))) * Math.Tanh(Convolved(n, "z", t, k))))]);

    // Bradbury et al. 2016, equation 4.
    [Test]
    public void Qrnn_with_fo_pooling() => Follow(typeof(QrnnFo), ["c", "y"], (n, t, s) =>
    {
        double[] c = Each(k =>
            (Sigmoid(Convolved(n, "f", t, k)) * s[0][k]) + ((1 - Sigmoid(Convolved(n, "f", t, k))) * Math.Tanh(Convolved(n, "z", t, k))));
        return [c, Each(k => Sigmoid(Convolved(n, "o", t, k)) * c[k])];
    });

    // Bradbury et al. 2016, equation 5.
    [Test]
    public void Qrnn_with_ifo_pooling() => Follow(typeof(QrnnIfo), ["c", "y"], (n, t, s) =>
    {
        double[] c = Each(
            k => (Sigmoid(Convolved(n, "f", t, k)) * s[0][k]) + (Sigmoid(Convolved(n, "i", t, k)) * Math.Tanh(Convolved(n, "z", t, k))));
        return [c, Each(k => Sigmoid(Convolved(n, "o", t, k)) * c[k])];
    });

    // Feng et al. 2024, section 3.1: z = σ(Linear(x)), h̃ = Linear(x), h = (1 − z) h + z h̃.
    [Test]
    public void Minimal_gru() => Follow(typeof(MinGru), ["h"], (n, t, s) => [Each(k =>
    {
        double z = Sigmoid(n.Read("z", t, k));
        return ((1 - z) * s[0][k]) + (z * n.Read("n", t, k));
    })]);

    // Feng et al. 2024, section 3.2: f' = f / (f + i), i' = i / (f + i), h = f' h + i' h̃.
    [Test]
    public void Minimal_lstm() => Follow(typeof(MinLstm), ["h"], (n, t, s) => [Each(k =>
    {
        double f = Sigmoid(n.Read("f", t, k)), i = Sigmoid(n.Read("i", t, k));
        return ((f * s[0][k]) + (i * n.Read("n", t, k))) / (f + i);
    })]);

    // Lei, Zhang and Artzi 2017 (version 1), equations 3 to 7; units are as many as inputs.
    [Test]
    public void Simple_recurrent_unit() => Follow(typeof(Sru), ["c", "y"], (n, t, s) =>
    {
        double[] c = Each(k =>
        {
            double f = Sigmoid(n.Read("f", t, k));
            return (f * s[0][k]) + ((1 - f) * n.Dot("W", k, i => n.X(t, i)));
        });
        return [c, Each(k => (Sigmoid(n.Read("r", t, k)) * Math.Tanh(c[k])) + ((1 - Sigmoid(n.Read("r", t, k))) * n.X(t, k)))];
    });

    [Test]
    public void A_delay_gives_the_input_of_the_step_before() => Follow(typeof(Delay), ["last", "y"],
        (n, t, s) => [Each(k => n.At("x", t, k)), Each(k => t == 0 ? n.At("last", k) : n.At("x", t - 1, k))]);

    [Test]
    public void Another_equation_is_refused() => Assert.That(
        () => Follow(typeof(MinGru), ["h"], (n, t, s) => [Each(k =>
        {
            double z = Sigmoid(n.Read("z", t, k));
            return (z * s[0][k]) + ((1 - z) * n.Read("n", t, k));
        })]),
        Throws.TypeOf<AssertionException>());

    // W¹ xₜ₋₁ + W² xₜ.
    private static double Convolved(PlainArithmetic n, string gate, int t, int k) =>
        n.Dot("V" + gate, k, i => n.At("before", t, i)) + n.Read(gate, t, k);
}
