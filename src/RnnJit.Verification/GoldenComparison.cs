using System.Globalization;
using System.Text.Json;
using RnnJit.Ir;

namespace RnnJit.Verification;

/// <summary>The element furthest from what a case expects, measured in tolerances.</summary>
/// <param name="tolerance">The name of a tensor, its largest magnitude, an expected element ⇒ how far
/// the found one may lie from it.</param>
internal sealed class GoldenComparison(Func<string, double, double, double> tolerance)
{
    private double worst = -1;

    /// <param name="spread">How far f32 and f64 results of a tensor lie apart elsewhere: a yardstick for f32.</param>
    public GoldenComparison(ElementType real, Func<string, double> spread)
        : this((name, largest, expected) =>
            real == ElementType.F32 ? Math.Max(2e-6 * Math.Max(1, largest), 8 * spread(name)) : 1e-10 + (1e-10 * Math.Abs(expected)))
    {
    }

    public double Error { get; private set; }

    public double Tolerance { get; private set; }

    public string Tensor { get; private set; } = "nothing";

    public bool Passed => worst is >= 0 and <= 1;

    /// <summary>The results of the case in this precision.</summary>
    public static JsonElement Results(GoldenCase given, ElementType real) =>
        GoldenReader.Member(given.Expected, real == ElementType.F64 ? "float64" : "float32");

    /// <exception cref="GoldenException">The shapes differ.</exception>
    public void Add(string name, NdArray expected, NdArray found)
    {
        if (!expected.Shape.SequenceEqual(found.Shape))
            throw new GoldenException(
                $"'{name}' is [{string.Join(", ", found.Shape)}], the case expects [{string.Join(", ", expected.Shape)}]");

        double largest = expected.Data.Select(Math.Abs).DefaultIfEmpty(0).Max();
        for (int i = 0; i < expected.Length; i++)
        {
            double error = Math.Abs(expected.Data[i] - found.Data[i]);
            double allowed = tolerance(name, largest, expected.Data[i]);
            double ratio = double.IsFinite(error) ? error / allowed : double.PositiveInfinity;
            if (ratio > worst)
                (worst, Error, Tolerance, Tensor) = (ratio, error, allowed, name);
        }
    }

    public void Add(string name, double expected, double found) => Add(name, NdArray.Scalar(expected), NdArray.Scalar(found));

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{(Passed ? "PASS" : "FAIL")} worst error {Error:0.0e+0} of tolerance {Tolerance:0.0e+0} ({Tensor})");
}
