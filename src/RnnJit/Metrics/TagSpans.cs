namespace RnnJit.Metrics;

/// <summary>A labelled span of a tagged sentence.</summary>
/// <param name="Kind">The label after <c>B-</c> or <c>I-</c>.</param>
/// <param name="Start">Index of the span's first token.</param>
/// <param name="End">Index of the token after the span's last token.</param>
public sealed record TagSpan(string Kind, int Start, int End);

/// <summary>Spans of BIO tags, and how many of them are found.</summary>
public static class TagSpans
{
    /// <summary>
    /// The spans of tags <c>O</c>, <c>B-KIND</c>, <c>I-KIND</c> as CoNLL's evaluation reads them (Tjong Kim Sang and Buchholz 2000; from
    /// memory): <c>I-</c> after another kind or after <c>O</c> begins a span too.
    /// </summary>
    /// <exception cref="ArgumentException">A tag is none of the three.</exception>
    public static IReadOnlyList<TagSpan> Of(IReadOnlyList<string> tags)
    {
        var spans = new List<TagSpan>();
        string? kind = null;
        int start = 0;
        for (int i = 0; i <= tags.Count; i++)
        {
            string tag = i < tags.Count ? tags[i] : "O";
            string? next = tag == "O" ? null : tag.Length > 2 && tag[1] == '-' && tag[0] is 'B' or 'I'
                ? tag[2..]
                : throw new ArgumentException($"Tag {i} is '{tag}', wanted O, B-KIND or I-KIND (correct it)", nameof(tags));
            if (kind is not null && (next != kind || tag[0] == 'B'))
            {
                spans.Add(new TagSpan(kind, start, i));
                kind = null;
            }

            if (next is not null && kind is null)
                (kind, start) = (next, i);
        }

        return spans;
    }

    /// <summary>Precision, recall and F1 over all spans of all sentences; a span is found where kind and both ends are right. 0 where
    /// there is nothing to divide by.</summary>
    /// <exception cref="ArgumentException">There are more or fewer predictions than sentences, or a sentence has more or fewer
    /// tags.</exception>
    public static (double Precision, double Recall,
        double F1) Score(IReadOnlyList<IReadOnlyList<string>> truth, IReadOnlyList<IReadOnlyList<string>> predicted)
    {
        if (truth.Count != predicted.Count)
            throw new ArgumentException(
                $"{truth.Count} sentences and {predicted.Count} predictions were given, wanted as many of both "
                    + "(give a prediction for each)");
        long wanted = 0, found = 0, right = 0;
        for (int i = 0; i < truth.Count; i++)
        {
            if (truth[i].Count != predicted[i].Count)
                throw new ArgumentException(
                    $"Sentence {i} has {truth[i].Count} tags and {predicted[i].Count} predictions, wanted as many of both "
                        + "(give a tag for each token)");
            IReadOnlyList<TagSpan> spans = Of(truth[i]), guesses = Of(predicted[i]);
            (wanted, found, right) = (wanted + spans.Count, found + guesses.Count, right + guesses.Intersect(spans).Count());
        }

        static double Share(double part, long whole) => whole == 0 ? 0 : part / whole;
        return (Share(right, found), Share(right, wanted), Share(2 * right, wanted + found));
    }
}
