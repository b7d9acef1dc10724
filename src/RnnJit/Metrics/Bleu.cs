using System.Text.RegularExpressions;

namespace RnnJit.Metrics;

/// <summary>Tokenisation of a sentence before BLEU counts its n-grams.</summary>
public enum BleuTokenisation
{
    /// <summary>That of mteval-v13a, which sacreBLEU takes by default: punctuation stands alone.</summary>
    Mteval13a,

    /// <summary>At white space, for text that is cut already.</summary>
    WhiteSpace,
}

/// <summary>BLEU of a corpus.</summary>
/// <param name="Score">0 to 100.</param>
/// <param name="Matches">Matched n-grams for n = 1 to 4.</param>
/// <param name="Totals">N-grams of the hypotheses for n = 1 to 4.</param>
/// <param name="Words">Words of the hypotheses.</param>
/// <param name="ReferenceWords">Words of the references.</param>
/// <param name="BrevityPenalty">exp(1 − reference words / words) where the hypotheses are shorter, else 1.</param>
public sealed record BleuScore(double Score, IReadOnlyList<long> Matches, IReadOnlyList<long> Totals, long Words, long ReferenceWords,
    double BrevityPenalty);

/// <summary>
/// BLEU (Papineni et al. 2002) as sacreBLEU defines it (Post 2018; read in its source, sacrebleu/metrics/bleu.py): n-grams up to 4, one
/// reference a sentence, clipped counts summed over the corpus, case kept, exponential smoothing of zero counts (NIST; Chen and Cherry
/// 2014, method 3).
/// </summary>
public static partial class Bleu
{
    private const int Orders = 4;

    /// <param name="hypotheses">A sentence each.</param>
    /// <param name="references">The reference of each hypothesis.</param>
    /// <exception cref="ArgumentException">There are more or fewer references than hypotheses, or none at all.</exception>
    public static BleuScore Of(IReadOnlyList<string> hypotheses, IReadOnlyList<string> references,
        BleuTokenisation tokenisation = BleuTokenisation.Mteval13a)
    {
        if (hypotheses.Count != references.Count || hypotheses.Count == 0)
            throw new ArgumentException(
                $"BLEU got {hypotheses.Count} hypotheses and {references.Count} references, wanted as many of both, and at least one "
                    + "(give a reference for each)");
        long[] matches = new long[Orders], totals = new long[Orders];
        long words = 0, referenceWords = 0;
        for (int i = 0; i < hypotheses.Count; i++)
        {
            string[] hypothesis = Words(hypotheses[i], tokenisation), reference = Words(references[i], tokenisation);
            (words, referenceWords) = (words + hypothesis.Length, referenceWords + reference.Length);
            for (int n = 1; n <= Orders; n++)
            {
                Dictionary<string, int> found = Counts(hypothesis, n), wanted = Counts(reference, n);
                totals[n - 1] += Math.Max(hypothesis.Length - n + 1, 0);
                matches[n - 1] += found.Sum(gram => (long)Math.Min(gram.Value, wanted.GetValueOrDefault(gram.Key)));
            }
        }

        double penalty = words >= referenceWords ? 1 : words == 0 ? 0 : Math.Exp(1 - ((double)referenceWords / words));
        return new BleuScore(penalty * Precision(matches, totals), matches, totals, words, referenceWords, penalty);
    }

    /// <summary>The words of a sentence.</summary>
    public static string[] Words(string sentence, BleuTokenisation tokenisation)
    {
        if (tokenisation == BleuTokenisation.WhiteSpace)
            return Split(sentence);
        string line = sentence.TrimEnd().Replace("<skipped>", "", StringComparison.Ordinal).Replace("-\n", "", StringComparison.Ordinal)
            .Replace('\n', ' ');
        line = line.Replace("&quot;", "\"", StringComparison.Ordinal).Replace("&amp;", "&", StringComparison.Ordinal)
            .Replace("&lt;", "<", StringComparison.Ordinal).Replace("&gt;", ">", StringComparison.Ordinal);
        line = Symbol().Replace($" {line} ", " $1 ");
        line = PointAfterOther().Replace(line, "$1 $2 ");
        line = PointBeforeOther().Replace(line, " $1 $2");
        return Split(DashAfterDigit().Replace(line, "$1 $2 "));
    }

    // Geometric mean of the precisions in percent; 0 where an order has no n-gram at all.
    private static double Precision(long[] matches, long[] totals)
    {
        if (matches.All(count => count == 0))
            return 0;
        double logarithms = 0, smoothing = 1;
        for (int n = 0; n < Orders; n++)
        {
            if (totals[n] == 0)
                return 0;
            if (matches[n] == 0)
                smoothing *= 2;
            logarithms += Math.Log(matches[n] == 0 ? 100 / (smoothing * totals[n]) : 100.0 * matches[n] / totals[n]);
        }

        return Math.Exp(logarithms / Orders);
    }

    private static Dictionary<string, int> Counts(string[] words, int n)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i + n <= words.Length; i++)
        {
            string gram = string.Join(' ', words, i, n);
            counts[gram] = counts.GetValueOrDefault(gram) + 1;
        }

        return counts;
    }

    private static string[] Split(string line) => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex(@"([{-~\[-` -&(-+:-@/])", RegexOptions.CultureInvariant)]
    private static partial Regex Symbol();

    [GeneratedRegex(@"([^0-9])([.,])", RegexOptions.CultureInvariant)]
    private static partial Regex PointAfterOther();

    [GeneratedRegex(@"([.,])([^0-9])", RegexOptions.CultureInvariant)]
    private static partial Regex PointBeforeOther();

    [GeneratedRegex(@"([0-9])(-)", RegexOptions.CultureInvariant)]
    private static partial Regex DashAfterDigit();
}
