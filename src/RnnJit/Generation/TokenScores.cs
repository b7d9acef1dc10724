using RnnJit.Ir;
using RnnJit.Randomness;
using RnnJit.Runtime;

namespace RnnJit.Generation;

/// <summary>Logits of one step, [B, V], as logarithms of probabilities, and draws from them.</summary>
internal sealed class TokenScores(int rows, int tokens)
{
    private readonly double[] logProbabilities = new double[rows * tokens];
    private readonly double[] weights = new double[tokens];
    private readonly int[] order = new int[tokens];

    /// <summary>ln p of all tokens of a row.</summary>
    public ReadOnlySpan<double> Of(int row) => logProbabilities.AsSpan(row * tokens, tokens);

    /// <summary>Takes the logits of a step: ln softmax of each row.</summary>
    /// <exception cref="NotFiniteNumberException">A row has NaN, or no finite logit.</exception>
    public void Read(Tensor logits)
    {
        for (int i = 0; i < logProbabilities.Length; i++)
            logProbabilities[i] = logits.Element == ElementType.F64 ? logits.Read<double>()[i] : logits.Read<float>()[i];
        for (int row = 0; row < rows; row++)
        {
            Span<double> values = logProbabilities.AsSpan(row * tokens, tokens);
            double most = double.NegativeInfinity, sum = 0;
            foreach (double value in values)
                most = double.IsNaN(value) ? double.NaN : Math.Max(most, value);
            if (!double.IsFinite(most))
                throw new NotFiniteNumberException(
                    $"The logits of row {row} hold {most} (the model is damaged, or it diverged in training)");
            foreach (double value in values)
                sum += Math.Exp(value - most);
            for (int i = 0; i < tokens; i++)
                values[i] -= most + Math.Log(sum);
        }
    }

    /// <summary>A token of a row: the most probable one, or one drawn from those that the options leave.</summary>
    public int Choose(int row, GenerationOptions options, RandomStream random)
    {
        ReadOnlySpan<double> values = Of(row);
        double temperature = options.Temperature;
        double best = double.NegativeInfinity;
        for (int i = 0; i < tokens; i++)
        {
            (weights[i], order[i]) = (options.Banned.Contains(i) ? double.NegativeInfinity : values[i], i);
            best = Math.Max(best, weights[i]);
        }

        // Differences from the best one: a low temperature divides it to 0, the others to −∞ at most.
        for (int i = 0; i < tokens && temperature != 0 && double.IsFinite(best); i++)
            weights[i] = (weights[i] - best) / temperature;

        // The most probable first; of equal ones the one with the lower code.
        Array.Sort(order, (a, b) => weights[a] != weights[b] ? weights[b].CompareTo(weights[a]) : a.CompareTo(b));
        if (temperature == 0)
            return order[0];
        double most = weights[order[0]], all = 0;
        int left = Array.FindIndex(order, code => double.IsNegativeInfinity(weights[code]));
        left = left < 0 ? tokens : left;
        left = options.TopK > 0 ? Math.Min(left, options.TopK) : left;
        for (int i = 0; i < left; i++)
            all += weights[order[i]] = Math.Exp(weights[order[i]] - most);
        if (options.TopP < 1)
            (left, all) = Nucleus(left, options.TopP * all);
        double rest = random.NextDouble() * all;
        for (int i = 0; i < left; i++)
        {
            rest -= weights[order[i]];
            if (rest < 0)
                return order[i];
        }

        return order[left - 1];
    }

    // The fewest of the most probable tokens that reach a sum.
    private (int Left, double Sum) Nucleus(int left, double wanted)
    {
        double sum = 0;
        for (int i = 0; i < left; i++)
        {
            sum += weights[order[i]];
            if (sum >= wanted)
                return (i + 1, sum);
        }

        return (left, sum);
    }
}
