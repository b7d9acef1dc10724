namespace RnnJit.Training;

/// <summary>A learning rate that depends on the step, and maybe on how training goes.</summary>
public interface ILearningRate
{
    /// <summary>The rate of a step, counted from 0.</summary>
    double At(int step);

    /// <summary>Tells the loss that was measured on data held back; most schedules do not care.</summary>
    void Observe(double loss)
    {
    }

    /// <summary>The memory that the schedule has of the losses it was told; a checkpoint holds it.</summary>
    double[] State => [];

    /// <summary>Takes up a state that <see cref="State"/> gave.</summary>
    void Restore(ReadOnlySpan<double> state)
    {
    }
}

/// <summary>Always the same rate.</summary>
public sealed record ConstantRate(double Rate) : ILearningRate
{
    public double At(int step) => Rate;
}

/// <summary>rate · factorᵏ, k = ⌊step / every⌋.</summary>
public sealed record StepRate(double Rate, int Every, double Factor) : ILearningRate
{
    public double At(int step) => Rate * Math.Pow(Factor, step / Every);
}

/// <summary>rate · factorˢᵗᵉᵖ.</summary>
public sealed record ExponentialRate(double Rate, double Factor) : ILearningRate
{
    public double At(int step) => Rate * Math.Pow(Factor, step);
}

/// <summary>From the rate down to the lowest within half a period and up again: low + (rate − low) (1 + cos(π step / half)) / 2 (Loshchilov
/// and Hutter 2017, equation 5).</summary>
/// <param name="Half">Steps from the highest to the lowest rate.</param>
public sealed record CosineRate(double Rate, int Half, double Lowest = 0) : ILearningRate
{
    public double At(int step) => Lowest + ((Rate - Lowest) * (1 + Math.Cos(Math.PI * step / Half)) / 2);
}

/// <summary>In a straight line from rate / steps to the rate, then as <paramref name="Then"/> says, which counts from the end of the
/// warm-up (Goyal et al. 2017, section 2.2).</summary>
public sealed record WarmUp(int Steps, ILearningRate Then) : ILearningRate
{
    public double[] State => Then.State;

    public double At(int step) => step < Steps ? Then.At(0) * (step + 1) / Steps : Then.At(step - Steps);

    public void Observe(double loss) => Then.Observe(loss);

    public void Restore(ReadOnlySpan<double> state) => Then.Restore(state);
}

/// <summary>rate / √(step + 1), for as long as one wishes to train.</summary>
public sealed record InverseRootRate(double Rate) : ILearningRate
{
    public double At(int step) => Rate / Math.Sqrt(step + 1.0);
}
