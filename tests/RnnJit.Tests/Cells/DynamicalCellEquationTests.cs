using RnnJit.Cells;
using static RnnJit.Tests.Cells.PlainArithmetic;

namespace RnnJit.Tests.Cells;

/// <summary>Cells that are steps of differential equations, and the clockwork, against their papers' equations.</summary>
public class DynamicalCellEquationTests
{
    // Rusch and Mishra 2020, equation 3 with the velocity of the step before in the damping.
    [Test]
    public void Coupled_oscillators() => Follow(typeof(CoRnn), ["y", "z"], (n, t, s) =>
    {
        const double Dt = 0.042, Gamma = 2.7, Epsilon = 4.7;
        double[] z = Each(k => s[1][k]
            + (Dt * Math.Tanh(n.Dot("W", k, i => s[0][i]) + n.Dot("Z", k, i => s[1][i]) + n.Dot("V", k, i => n.X(t, i)) + n.At("b", k)))
            - (Dt * Gamma * s[0][k]) - (Dt * Epsilon * s[1][k]));
        return [Each(k => s[0][k] + (Dt * z[k])), z];
    });

    // Chang et al. 2019, section 3: h + ε tanh((W − Wᵀ − γ I) h + V x + b).
    [Test]
    public void Antisymmetric_network() => Follow(typeof(AntisymmetricRnn), ["h"], (n, t, s) => [Each(k =>
    {
        double sum = n.Read("", t, k);
        for (int j = 0; j < Units; j++)
            sum += (n.At("U", k, j) - n.At("U", j, k) - (j == k ? 0.01 : 0)) * s[0][j];
        return s[0][k] + (0.1 * Math.Tanh(sum));
    })]);

    // Rusch et al. 2022, equation 3, Δt = 1.
    [Test]
    public void Long_expressive_memory() => Follow(typeof(Lem), ["y", "z"], (n, t, s) =>
    {
        double net(string name, int k, double[] y) =>
            n.Dot("W" + name, k, i => y[i]) + n.Dot("V" + name, k, i => n.X(t, i)) + n.At("b" + name, k);
        double[] z = Each(k => ((1 - Sigmoid(net("1", k, s[0]))) * s[1][k]) + (Sigmoid(net("1", k, s[0])) * Math.Tanh(net("z", k, s[0]))));
        return [Each(k => ((1 - Sigmoid(net("2", k, s[0]))) * s[0][k]) + (Sigmoid(net("2", k, s[0])) * Math.Tanh(net("y", k, z)))), z];
    });

    // Koutník et al. 2014, section 3: a unit runs when its period divides the time and reads only units that are as slow or slower.
    [Test]
    public void A_clock_says_who_runs_and_who_reads_whom()
    {
        int[] periods = [1, 2, 4];
        Assert.That(Clockwork.Mask(periods), Is.EqualTo(new float[] { 1, 1, 1, 0, 1, 1, 0, 0, 1 }));
        Assert.That(Enumerable.Range(0, 5).Select(time => Clockwork.On(periods, time)),
            Is.EqualTo(new float[][] { [1, 1, 1], [1, 0, 0], [1, 1, 0], [1, 0, 0], [1, 1, 1] }));
    }
}
