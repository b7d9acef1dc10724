using System.Globalization;

namespace RnnJit.Verification;

/// <summary>The element whose derivative is furthest from the difference quotient, measured in tolerances.</summary>
/// <param name="Input">The input it belongs to.</param>
/// <param name="Index">Its flat position there.</param>
/// <param name="Tolerance">1e-6 · |numeric| + 1e-9 · the largest numeric derivative.</param>
/// <param name="Redraws">How often the point was moved away from a kink.</param>
public sealed record GradientReport(string Input, int Index, double Analytic, double Numeric, double Tolerance, int Redraws)
{
    public double Error => Math.Abs(Analytic - Numeric);

    public bool Passed => Error <= Tolerance;

    /// <summary>The error in tolerances: at most 1 when passed, infinite for NaN.</summary>
    public double Ratio => Error == 0 ? 0 : double.IsNaN(Error) ? double.PositiveInfinity : Error / Tolerance;

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{(Passed ? "PASS" : "FAIL")} d_{Input}[{Index}]: analytic {Analytic:G17}, numeric {Numeric:G17}, error {Error:G3} of tolerance "
            + $"{Tolerance:G3}");
}
