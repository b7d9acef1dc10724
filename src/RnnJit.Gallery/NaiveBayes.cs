namespace RnnJit.Gallery;

/// <summary>
/// Multinomial naive Bayes over the n-grams of texts, with additive smoothing (Manning, Raghavan and Schütze 2008, section 13.2); the
/// baseline of text classification.
/// </summary>
internal sealed class NaiveBayes
{
    private readonly int longest;
    private readonly double[] priors;
    private readonly double[] totals;
    private readonly Dictionary<string, double[]> counts = new(StringComparer.Ordinal);

    /// <param name="rows">Texts and their classes, numbered from 0.</param>
    /// <param name="longest">n-grams of 1 to so many characters count; begin and end of a text are characters too.</param>
    public NaiveBayes(IEnumerable<(string Text, int Class)> rows, int classes, int longest)
    {
        this.longest = longest;
        (priors, totals) = (new double[classes], new double[classes]);
        foreach (var (text, of) in rows)
        {
            priors[of]++;
            foreach (string gram in Grams(text))
            {
                if (!counts.TryGetValue(gram, out double[]? found))
                    counts.Add(gram, found = new double[classes]);
                found[of]++;
                totals[of]++;
            }
        }
    }

    /// <summary>The most probable class of a text.</summary>
    /// <param name="smoothing">What is added to each count.</param>
    public int Best(string text, double smoothing)
    {
        double[] scores = [.. priors.Select(prior => Math.Log(prior))];
        foreach (string gram in Grams(text))
        {
            counts.TryGetValue(gram, out double[]? found);
            for (int c = 0; c < scores.Length; c++)
                scores[c] += Math.Log(((found?[c] ?? 0) + smoothing) / (totals[c] + smoothing * counts.Count));
        }

        return Array.IndexOf(scores, scores.Max());
    }

    private IEnumerable<string> Grams(string text)
    {
        string bounded = $"^{text}$";
        for (int length = 1; length <= longest; length++)
        {
            for (int start = 0; start + length <= bounded.Length; start++)
                yield return bounded.Substring(start, length);
        }
    }
}
