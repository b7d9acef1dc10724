namespace RnnJit.Training;

/// <summary>
/// Falls by a factor when the loss told to <see cref="Observe"/> has not become lower for more than <see cref="Patience"/> times, with the
/// meaning of torch's <c>ReduceLROnPlateau</c>. Lower means below (1 − <see cref="Threshold"/>) of the lowest so far.
/// </summary>
/// <param name="rate">The first rate.</param>
public sealed class PlateauRate(double rate) : ILearningRate
{
    private double current = rate;
    private double lowest = double.PositiveInfinity;
    private int bad;
    private int resting;

    public double Factor { get; init; } = 0.1;

    public int Patience { get; init; } = 10;

    public double Threshold { get; init; } = 1e-4;

    /// <summary>Losses after a fall that are not counted as bad.</summary>
    public int CoolDown { get; init; }

    /// <summary>The rate does not fall below this.</summary>
    public double Lowest { get; init; }

    public double[] State => [current, lowest, bad, resting];

    public double At(int step) => current;

    public void Observe(double loss)
    {
        bool better = loss < lowest * (1 - Threshold);
        (lowest, bad) = better ? (loss, 0) : (lowest, bad + 1);
        if (resting > 0)
            (resting, bad) = (resting - 1, 0);
        if (bad <= Patience)
            return;

        double next = Math.Max(current * Factor, Lowest);

        // torch leaves a rate that would hardly change.
        if (current - next > 1e-8)
            current = next;
        (resting, bad) = (CoolDown, 0);
    }

    public void Restore(ReadOnlySpan<double> state) => (current, lowest, bad, resting) = (state[0], state[1], (int)state[2], (int)state[3]);
}
