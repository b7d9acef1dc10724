namespace RnnJit.Gallery.Systems;

/// <summary>A fixed point of a map of the plane.</summary>
/// <param name="Attracts">Whether both eigenvalues of the Jacobian are below 1 in size.</param>
/// <param name="Eigenvectors">Directions of length 1 with their eigenvalues; none where those are complex.</param>
internal sealed record FixedPlace(double X, double Y, bool Attracts, IReadOnlyList<(double X, double Y, double Value)> Eigenvectors)
{
    /// <param name="jacobian">The rows (a, b) and (c, d).</param>
    public static FixedPlace Of(double x, double y, (double A, double B, double C, double D) jacobian)
    {
        var (a, b, c, d) = jacobian;
        double half = (a + d) / 2, determinant = a * d - b * c, inner = half * half - determinant;
        if (inner < 0)
            return new FixedPlace(x, y, determinant < 1, []);

        double[] values = [half + Math.Sqrt(inner), half - Math.Sqrt(inner)];
        return new FixedPlace(x, y, values.All(value => Math.Abs(value) < 1), [.. values.Select(value => Direction(a, b, c, d, value))]);
    }

    // (J − λ) v = 0: v is at right angles to the longer row of J − λ.
    private static (double X, double Y, double Value) Direction(double a, double b, double c, double d, double value)
    {
        var (x, y) = Math.Abs(a - value) + Math.Abs(b) > Math.Abs(c) + Math.Abs(d - value) ? (-b, a - value) : (d - value, -c);
        double length = Math.Sqrt(x * x + y * y);
        return length == 0 ? (1, 0, value) : (x / length, y / length, value);
    }
}
