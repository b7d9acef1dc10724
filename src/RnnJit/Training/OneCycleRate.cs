namespace RnnJit.Training;

/// <summary>
/// One-cycle schedule: up to the highest rate, then down to far below the first (Smith and Topin 2019, arXiv:1708.07120), with the meaning
/// of torch's
/// <c>OneCycleLR</c>: from highest / <see cref="Divisor"/> to highest in the first <see cref="Rise"/> of all steps, then to highest /
/// <see cref="Divisor"/> / <see cref="FinalDivisor"/>.
/// </summary>
/// <param name="Highest">The rate at the top.</param>
/// <param name="Steps">Steps of the whole training; after them the rate stays at its last value.</param>
public sealed record OneCycleRate(double Highest, int Steps) : ILearningRate
{
    /// <summary>The share of the steps that rise.</summary>
    public double Rise { get; init; } = 0.3;

    public double Divisor { get; init; } = 25;

    public double FinalDivisor { get; init; } = 1e4;

    /// <summary>In straight lines instead of half waves of a cosine.</summary>
    public bool Linear { get; init; }

    public double At(int step)
    {
        double first = Highest / Divisor, top = (Rise * Steps) - 1, end = Steps - 1, at = Math.Min(step, end);
        return at <= top ? Between(first, Highest, at / top) : Between(Highest, first / FinalDivisor, (at - top) / (end - top));
    }

    private double Between(double from, double to, double share) =>
        Linear ? from + ((to - from) * share) : to + ((from - to) / 2 * (1 + Math.Cos(Math.PI * share)));
}
