namespace RnnJit.Metrics;

/// <summary>Levenshtein's distance, and the error rates that are made of it.</summary>
public static class EditDistance
{
    /// <summary>The least number of insertions, deletions and substitutions that make one sequence the other.</summary>
    public static int Of<T>(ReadOnlySpan<T> a, ReadOnlySpan<T> b)
    {
        int[] row = new int[b.Length + 1];
        for (int j = 0; j <= b.Length; j++)
            row[j] = j;
        EqualityComparer<T> equality = EqualityComparer<T>.Default;
        for (int i = 1; i <= a.Length; i++)
        {
            int corner = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int above = row[j];
                row[j] = Math.Min(Math.Min(above, row[j - 1]) + 1, corner + (equality.Equals(a[i - 1], b[j - 1]) ? 0 : 1));
                corner = above;
            }
        }

        return row[b.Length];
    }

    /// <summary>
    /// Sum of the distances over the sum of the references' lengths: the phoneme error rate (PER) where the tokens are phonemes, the
    /// character error rate where they are characters, the word error rate of speech recognition where they are words. It can exceed 1.
    /// </summary>
    /// <exception cref="ArgumentException">There are more or fewer hypotheses than references, or the references have no token.</exception>
    public static double TokenErrorRate<T>(IReadOnlyList<IReadOnlyList<T>> references, IReadOnlyList<IReadOnlyList<T>> hypotheses)
    {
        RequirePairs(references.Count, hypotheses.Count);
        long length = references.Sum(reference => (long)reference.Count);
        if (length == 0)
            throw new ArgumentException("The references have no token, so there is no error rate (give one that has)", nameof(references));
        long distance = 0;
        for (int i = 0; i < references.Count; i++)
            distance += Of<T>([.. references[i]], [.. hypotheses[i]]);
        return (double)distance / length;
    }

    /// <summary>Share of the sequences that differ from their reference: the word error rate (WER) of a dictionary, where
    /// each word is one sequence.</summary>
    /// <exception cref="ArgumentException">There are more or fewer hypotheses than references, or none.</exception>
    public static double SequenceErrorRate<T>(IReadOnlyList<IReadOnlyList<T>> references, IReadOnlyList<IReadOnlyList<T>> hypotheses)
    {
        RequirePairs(references.Count, hypotheses.Count);
        return (double)references.Zip(hypotheses).Count(pair => !pair.First.SequenceEqual(pair.Second)) / references.Count;
    }

    private static void RequirePairs(int references, int hypotheses)
    {
        if (references != hypotheses || references == 0)
            throw new ArgumentException(
                $"{references} references and {hypotheses} hypotheses were given, wanted as many of both, and at least one "
                    + "(give a reference for each)");
    }
}
