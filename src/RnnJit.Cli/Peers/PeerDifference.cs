using System.Globalization;
using RnnJit.Runtime;

namespace RnnJit.Cli.Peers;

/// <summary>The largest difference between a peer's results and ours, and the tolerance for it.</summary>
/// <param name="Of">The result that is farthest.</param>
/// <param name="Relative">The difference in the L2 norm, as part of our result's norm.</param>
/// <param name="Largest">The largest difference of two numbers in any result.</param>
internal sealed record PeerDifference(string Of, double Relative, double Largest, double Tolerance)
{
    // Each side is within 1e-5 of exact arithmetic up to 64 steps and 1e-4 up to 1000 (docs/architecture.md), so that two are within twice
    // that; errors of rounding grow with the root of the steps beyond. A bfloat16 has 8 bits: rounding changes a weight by up to 2⁻⁹ of it,
    // and sums of products no more than that; the state carries it on.
    private const double Short = 2e-5, Long = 2e-4, Rounded = 1.0 / 128;

    public bool IsWithin => Relative <= Tolerance;

    public static double ToleranceOf(int steps, WeightStorage weights) =>
        weights != WeightStorage.Single ? Rounded : steps <= 64 ? Short : steps <= 1000 ? Long : Long * Math.Sqrt(steps / 1000.0);

    /// <exception cref="PeerException">A result is missing or has another size.</exception>
    public static PeerDifference Between(IEnumerable<(string Name, float[] Values)> ours, Func<string, float[]?> theirs, double tolerance)
    {
        var worst = new PeerDifference("", 0, 0, tolerance);
        foreach (var (name, values) in ours)
        {
            float[] found = theirs(name) ?? throw new PeerException($"it gives no '{name}'");
            if (found.Length != values.Length)
                throw new PeerException($"its '{name}' has {found.Length} numbers, ours {values.Length}");
            double difference = 0, norm = 0, largest = 0;
            for (int i = 0; i < values.Length; i++)
            {
                double apart = Math.Abs((double)found[i] - values[i]);
                difference += apart * apart;
                norm += (double)values[i] * values[i];
                largest = Math.Max(largest, double.IsNaN(apart) ? double.PositiveInfinity : apart);
            }

            double relative =
                double.IsFinite(difference) ? Math.Sqrt(difference / Math.Max(norm, double.Epsilon)) : double.PositiveInfinity;
            worst = worst with
            {
                Of = relative > worst.Relative ? name : worst.Of,
                Relative = Math.Max(relative, worst.Relative),
                Largest = Math.Max(largest, worst.Largest)
            };
        }

        return worst;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"largest difference {Largest:0.0e+0}, relative {Relative:0.0e+0} in {Of} (allowed {Tolerance:0.0e+0})");
}
