using RnnJit.Cells;
using RnnJit.Ir;
using static RnnJit.Tests.Cells.PlainArithmetic;

namespace RnnJit.Tests.Cells.Transforms;

/// <summary>Transformed cells against the papers' equations, unit by unit.</summary>
public class TransformEquationTests
{
    private const double Epsilon = 1e-5;

    // Ba, Kiros and Hinton 2016, supplement: [z, r] = LN(W x) + LN(U h), n = tanh(LN(W x) + r ⊙ LN(U h)); biases as in GruResetAfter.
    [Test]
    public void Layer_norm_of_a_gru_normalises_both_gates_together_and_the_candidate_apart() =>
        Follow(CellTracer.Trace(typeof(GruResetAfter)).WithLayerNorm(epsilon: Epsilon), ["h"], (n, t, s) =>
        {
            double X(string gate, int k) => n.Dot("W" + gate, k, i => n.X(t, i));
            double U(string gate, int k) => n.Dot("U" + gate, k, i => s[0][i]);
            double[] x = Normalised(n, "x", Both(k => X("z", k), k => X("r", k))), xn = Normalised(n, "x", Each(k => X("n", k)), "_2"),
                h = Normalised(n, "h", Both(k => U("z", k), k => U("r", k))), hn = Normalised(n, "h", Each(k => U("n", k)), "_2");
            return [Each(k =>
            {
                double z = Sigmoid(x[k] + h[k] + n.At("bz", k)), r = Sigmoid(x[Units + k] + h[Units + k] + n.At("br", k));
                double candidate = Math.Tanh(xn[k] + n.At("bn", k) + (r * (hn[k] + n.At("cn", k))));
                return ((1 - z) * candidate) + (z * s[0][k]);
            })];
        });

    // c and n stand for eᵐ c and eᵐ n: s' = z ⊙ s + (1 − z) ⊙ new holds for those, with one mask.
    [TestCase(0.25)]
    [TestCase(0)]
    [TestCase(1)]
    public void Zoneout_of_log_scaled_states_mixes_what_they_stand_for(double mask)
    {
        CellDefinition cell = CellTracer.Trace(typeof(SLstm)).WithZoneout(0.25, "n");
        Assert.That(cell.StepInputs.Where(MaskPort.Is).Select(port => port.Name), Is.EqualTo(new[] { "n_zone" }));
        Follow(cell, ["h", "c", "n", "m"], (n, t, s) =>
        {
            double[] z = Each(k => Math.Tanh(n.Net("z", t, k, s[0]))), i = Each(k => Math.Exp(n.Net("i", t, k, s[0]))),
                f = Each(k => Sigmoid(n.Net("f", t, k, s[0])));
            double[] oldC = Each(k => s[1][k] * Math.Exp(s[3][k])), oldN = Each(k => s[2][k] * Math.Exp(s[3][k]));
            double[] c = Each(k => (f[k] * oldC[k]) + (i[k] * z[k])), d = Each(k => (f[k] * oldN[k]) + i[k]);
            double[] m = Each(k => Math.Max(Math.Log(mask) + s[3][k],
                Math.Log(1 - mask) + Math.Max(Math.Log(f[k]) + s[3][k], Math.Log(i[k]))));
            double[] Mixed(double[] old, double[] made) => Each(k => ((mask * old[k]) + ((1 - mask) * made[k])) * Math.Exp(-m[k]));
            return [Each(k => Sigmoid(n.Net("o", t, k, s[0])) * c[k] / d[k]), Mixed(oldC, c), Mixed(oldN, d), m];
        }, (name, data) =>
        {
            if (name == "n_zone")
                Array.Fill(data, mask);
        });
    }

    [Test]
    public void The_scale_itself_is_not_named() =>
        Assert.That(() => CellTracer.Trace(typeof(SLstm)).WithZoneout(0.1, "m"), Throws.TypeOf<GraphException>().With.Message.EqualTo(
            "State 'm' of cell 'SLstm' is the logarithm of the scale of c, n and is kept with them (name c for zoneout)"));

    // h' = o c' / n' with LN(n') of mean 0 would have no bound.
    [Test]
    public void Layer_normalisation_leaves_log_scaled_states_alone([Values] LayerNormForm form)
    {
        IEnumerable<string> NormedStates(Type cell) => CellTracer.Trace(cell).WithLayerNorm(form).Parameters
            .Select(port => port.Name).Where(name => name.EndsWith("_state_gain", StringComparison.Ordinal));
        Assert.That(NormedStates(typeof(SLstm)), Is.Empty);
        Assert.That(NormedStates(typeof(Lstm)), Is.EqualTo(new[] { "c_state_gain" }));
    }

    // From zero states, with the update of c dropped in the first step: the quotient is 0 / i, not 0 / 0.
    [Test]
    public void Recurrent_dropout_leaves_the_normaliser_its_update()
    {
        CellDefinition cell = CellTracer.Trace(typeof(SLstm)).WithRecurrentDropout(0.25);
        Assert.That(cell.StepInputs.Where(MaskPort.Is).Select(port => port.Name), Is.EqualTo(new[] { "c_update_mask" }));
        Follow(cell, ["h", "c", "n", "m"], (n, t, s) =>
        {
            double[] z = Each(k => Math.Tanh(n.Net("z", t, k, s[0]))), i = Each(k => n.Net("i", t, k, s[0])),
                f = Each(k => Math.Log(Sigmoid(n.Net("f", t, k, s[0]))) + s[3][k]), m = Each(k => Math.Max(f[k], i[k]));
            double[] c = Each(k => (Math.Exp(f[k] - m[k]) * s[1][k]) + (n.At("c_update_mask", t, k) * Math.Exp(i[k] - m[k]) * z[k])),
                d = Each(k => (Math.Exp(f[k] - m[k]) * s[2][k]) + Math.Exp(i[k] - m[k]));
            return [Each(k => Sigmoid(n.Net("o", t, k, s[0])) * c[k] / d[k]), c, d, m];
        }, (name, data) =>
        {
            if (name is "c" or "n" or "m")
                Array.Clear(data);
            if (name == "c_update_mask")
                Array.Clear(data, 0, Units);
        });
    }

    private static double[] Both(Func<int, double> z, Func<int, double> r) => [.. Each(z), .. Each(r)];

    private static double[] Normalised(PlainArithmetic n, string input, double[] products, string number = "")
    {
        double mean = products.Average(), variance = products.Average(product => (product - mean) * (product - mean));
        return [.. products.Select((product, k) => ((product - mean) / Math.Sqrt(variance + Epsilon) * n.At($"{input}_gain{number}", k))
            + n.At($"{input}_shift{number}", k))];
    }
}
