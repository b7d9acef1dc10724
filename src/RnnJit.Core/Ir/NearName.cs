namespace RnnJit.Ir;

/// <summary>The known name that a misspelt one most likely stands for.</summary>
public static class NearName
{
    /// <summary>For a message: <c>did you mean 'NAME'? </c>; empty where no known name is near.</summary>
    public static string Suggest(string name, IEnumerable<string> known) => Of(name, known) is { } near ? $"did you mean '{near}'? " : "";

    /// <returns>The nearest name, case aside, within one edit for each three characters; null where there is none.</returns>
    public static string? Of(string name, IEnumerable<string> known)
    {
        // A file may hold names of any length; the distance takes time with the product of both.
        const int Longest = 64;
        if (name.Length is 0 or > Longest)
            return null;

        string lower = name.ToLowerInvariant();
        var (best, fewest) = (default(string), Math.Max(1, name.Length / 3) + 1);
        foreach (string candidate in known.Where(candidate => candidate.Length <= Longest))
        {
            int edits = Distance(lower, candidate.ToLowerInvariant());
            if (edits < fewest && edits < candidate.Length)
                (best, fewest) = (candidate, edits);
        }

        return best;
    }

    // Optimal string alignment: insertions, deletions, substitutions, neighbours swapped (Damerau 1964).
    private static int Distance(string a, string b)
    {
        var edits = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
            edits[i, 0] = i;
        for (int j = 0; j <= b.Length; j++)
            edits[0, j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            for (int j = 1; j <= b.Length; j++)
            {
                edits[i, j] =
                    Math.Min(Math.Min(edits[i - 1, j], edits[i, j - 1]) + 1, edits[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    edits[i, j] = Math.Min(edits[i, j], edits[i - 2, j - 2] + 1);
            }
        }

        return edits[a.Length, b.Length];
    }
}
