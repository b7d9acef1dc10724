using RnnJit.Ir;

namespace RnnJit.Metrics;

/// <summary>
/// Labellings of a sequence from the scores of connectionist temporal classification (Graves et al. 2006, section 3; from memory).
/// </summary>
public static class CtcDecoder
{
    /// <summary>The labelling of the likeliest path: labels that repeat are one, then blanks go.</summary>
    /// <param name="scores">Logarithms of probabilities, or logits, [T, labels]; of equal ones the first counts.</param>
    /// <param name="blank">The label that stands for none.</param>
    /// <exception cref="ArgumentException">The shape is another one, or there is no such label.</exception>
    /// <exception cref="NotFiniteNumberException">A step has NaN, or no finite score.</exception>
    public static int[] BestPath(NdArray scores, int blank = 0)
    {
        var (steps, labels) = Check(scores, blank);
        var found = new List<int>();
        int last = blank;
        for (int t = 0; t < steps; t++)
        {
            int best = 0;
            for (int label = 1; label < labels; label++)
            {
                if (scores.Data[(t * labels) + label] > scores.Data[(t * labels) + best])
                    best = label;
            }

            if (best != last && best != blank)
                found.Add(best);
            last = best;
        }

        return [.. found];
    }

    /// <summary>
    /// The labelling whose paths together are likeliest, by a search over prefixes that keeps some of them at each step (Graves 2006;
    /// Hannun et al. 2014, algorithm 1, without a language model; from memory).
    /// </summary>
    /// <param name="logProbabilities">Logarithms of probabilities [T, labels].</param>
    /// <param name="width">Prefixes that are kept.</param>
    /// <param name="blank">The label that stands for none.</param>
    /// <returns>The labelling and the logarithm of its probability over all paths that were kept.</returns>
    /// <exception cref="ArgumentException">The shape is another one, there is no such label, or no prefix may be kept.</exception>
    /// <exception cref="NotFiniteNumberException">A step has NaN, or no finite logarithm.</exception>
    public static (int[] Labels, double LogProbability) Beam(NdArray logProbabilities, int width, int blank = 0)
    {
        var (steps, labels) = Check(logProbabilities, blank);
        if (width < 1)
            throw new ArgumentException($"The width of the beam is {width}, wanted at least 1 (change it)", nameof(width));
        var beam = new List<Prefix> { new([], 0, double.NegativeInfinity) };
        for (int t = 0; t < steps; t++)
        {
            var next = new Dictionary<string, Prefix>(StringComparer.Ordinal);
            foreach (Prefix prefix in beam)
                Extend(next, prefix, logProbabilities.Data.AsSpan(t * labels, labels), blank);
            beam =
                [.. next.Values.OrderByDescending(prefix => prefix.Total).ThenBy(prefix => prefix.Key, StringComparer.Ordinal).Take(width)];
        }

        return (beam[0].Labels, beam[0].Total);
    }

    // A label that repeats the last one continues it where no blank came between, and begins another where one did.
    private static void Extend(Dictionary<string, Prefix> next, Prefix prefix, ReadOnlySpan<double> scores, int blank)
    {
        int last = prefix.Labels.Length > 0 ? prefix.Labels[^1] : blank;
        Add(next, prefix.Labels, prefix.Total + scores[blank], last == blank ? double.NegativeInfinity : prefix.Labelled + scores[last]);
        for (int label = 0; label < scores.Length; label++)
        {
            if (label != blank)
                Add(next, [.. prefix.Labels, label], double.NegativeInfinity,
                    (label == last ? prefix.Blank : prefix.Total) + scores[label]);
        }
    }

    private static void Add(Dictionary<string, Prefix> next, int[] labels, double blank, double labelled)
    {
        var added = new Prefix(labels, blank, labelled);
        next[added.Key] = next.TryGetValue(added.Key,
            out Prefix? known) ? new Prefix(labels, Sum(known.Blank, blank), Sum(known.Labelled, labelled)) : added;
    }

    // ln(exp a + exp b).
    private static double Sum(double a, double b)
    {
        double high = Math.Max(a, b), low = Math.Min(a, b);
        return double.IsNegativeInfinity(low) ? high : high + Math.Log(1 + Math.Exp(low - high));
    }

    private static (int Steps, int Labels) Check(NdArray scores, int blank)
    {
        if (scores.Shape.Length != 2 || scores.Shape[1] < 1)
            throw new ArgumentException(
                $"The scores have the shape [{string.Join(", ", scores.Shape)}], wanted [T, labels] (give one sequence)", nameof(scores));
        if ((uint)blank >= (uint)scores.Shape[1])
            throw new ArgumentException($"The blank is label {blank}, wanted 0 to {scores.Shape[1] - 1} (correct it)", nameof(blank));
        for (int t = 0; t < scores.Shape[0]; t++)
        {
            double most = double.NegativeInfinity;
            foreach (double score in scores.Data.AsSpan(t * scores.Shape[1], scores.Shape[1]))
                most = Math.Max(most, score);
            if (!double.IsFinite(most))
                throw new NotFiniteNumberException(FormattableString.Invariant(
                    $"The scores of step {t} hold {most} at most, wanted a finite one (the model is damaged, or it diverged in training)"));
        }

        return (scores.Shape[0], scores.Shape[1]);
    }

    // Logarithms of the probability of all paths that make a labelling and end with a blank, or with its last label.
    private sealed record Prefix(int[] Labels, double Blank, double Labelled)
    {
        public double Total => Sum(Blank, Labelled);

        public string Key { get; } = string.Join(' ', Labels);
    }
}
