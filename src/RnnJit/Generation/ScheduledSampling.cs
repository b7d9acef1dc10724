using RnnJit.Data;
using RnnJit.Ir;
using RnnJit.Randomness;

namespace RnnJit.Generation;

/// <summary>
/// Inputs of a decoder that are the data's at some steps and the model's own at others (Bengio et al. 2015): generate with the current
/// model, mix, and train on the mixture.
/// </summary>
public static class ScheduledSampling
{
    /// <summary>
    /// Puts tokens of the model in place of some that the data give. Step 0, the start token, stays; step s + 1 takes the token that the
    /// model gave at step s. Steps past the end of a row, and steps for which the model gave no token, are not changed.
    /// </summary>
    /// <param name="fed">Tokens of the data, i32[S, B].</param>
    /// <param name="generated">The tokens that the model generated, for each row of the batch.</param>
    /// <param name="lengths">Steps of each row, [B].</param>
    /// <param name="share">The probability with which a step takes the model's token, 0 to 1.</param>
    /// <param name="random">Draws for each step of each row, taken or not, so that the choice at one step does not depend on
    /// lengths.</param>
    /// <exception cref="ArgumentException">The tokens are no i32[S, B], there are not B rows and lengths, or the share is out of
    /// range.</exception>
    public static BatchInput Mix(
        BatchInput fed, IReadOnlyList<Hypothesis> generated, IReadOnlyList<int> lengths, double share, RandomStream random)
    {
        if (fed.Element != ElementType.I32 || fed.Shape.Count != 2)
            throw new ArgumentException(
                $"The tokens are {fed.Element}[{string.Join(", ", fed.Shape)}], wanted I32[S, B] (give a code for each step of each row)");
        int steps = fed.Shape[0], rows = fed.Shape[1];
        if (generated.Count != rows || lengths.Count != rows)
        {
            throw new ArgumentException(
                $"There are {generated.Count} hypotheses and {lengths.Count} lengths for {rows} rows (give one of each for each row)");
        }

        if (share is not (>= 0 and <= 1))
            throw new ArgumentException(
                FormattableString.Invariant($"The share is {share}, wanted 0 to 1 (0 is teacher forcing, 1 student forcing)"));
        int[] mixed = fed.Integers.ToArray();
        for (int step = 1; step < steps; step++)
        {
            for (int row = 0; row < rows; row++)
            {
                bool own = random.NextDouble() < share;
                if (own && step < lengths[row] && step <= generated[row].Tokens.Count)
                    mixed[(step * rows) + row] = generated[row].Tokens[step - 1];
            }
        }

        return BatchInput.Of(mixed, steps, rows).Padded(fed.Padding);
    }
}
