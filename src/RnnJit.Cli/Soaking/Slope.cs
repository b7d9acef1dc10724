namespace RnnJit.Cli.Soaking;

/// <summary>A straight line by least squares.</summary>
/// <param name="Value">Its slope.</param>
/// <param name="Upper">The bound that the slope is below with 95 % (one side, Student's t; residuals taken as independent). Infinite
/// for fewer than three points.</param>
internal sealed record Slope(double Value, double Upper)
{
    private const double Normal95 = 1.6448536269514722;

    public static Slope Of(IReadOnlyList<(double X, double Y)> points)
    {
        int n = points.Count;
        if (n < 3)
            return new Slope(0, double.PositiveInfinity);
        double meanX = points.Average(point => point.X), meanY = points.Average(point => point.Y);
        double sxx = points.Sum(point => (point.X - meanX) * (point.X - meanX));
        if (sxx == 0)
            return new Slope(0, double.PositiveInfinity);
        double slope = points.Sum(point => (point.X - meanX) * (point.Y - meanY)) / sxx;
        double residual = points.Sum(point => Math.Pow(point.Y - meanY - (slope * (point.X - meanX)), 2));
        return new Slope(slope, slope + (Student95(n - 2) * Math.Sqrt(residual / (n - 2) / sxx)));
    }

    /// <summary>The 95 % quantile of Student's t: exact for 1 and 2 degrees of freedom, else Abramowitz and Stegun, 26.7.5, four
    /// terms.</summary>
    public static double Student95(int freedom)
    {
        if (freedom == 1)
            return Math.Tan(Math.PI * 0.45);
        if (freedom == 2)
            return 0.9 * Math.Sqrt(2 / (1 - 0.81));
        double x = Normal95, v = freedom, x3 = x * x * x, x5 = x3 * x * x, x7 = x5 * x * x, x9 = x7 * x * x;
        return x + ((x3 + x) / (4 * v)) + (((5 * x5) + (16 * x3) + (3 * x)) / (96 * v * v))
            + (((3 * x7) + (19 * x5) + (17 * x3) - (15 * x)) / (384 * v * v * v))
            + (((79 * x9) + (776 * x7) + (1482 * x5) - (1920 * x3) - (945 * x)) / (92160 * v * v * v * v));
    }
}
