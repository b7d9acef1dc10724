namespace RnnJit.Gallery;

/// <summary>
/// The most probable spelling of each letter by itself, learned from pairs of words: every source letter stands for 0 to 3 target letters,
/// in order, and their probabilities come from expectation and maximisation over all ways to cut the target (Dempster, Laird and Rubin
/// 1977).
/// </summary>
internal sealed class LetterMap
{
    private const int Longest = 3, Rounds = 6;

    private readonly Dictionary<(char Letter, string Spelling), double> counts = [];
    private readonly Dictionary<(char Letter, string Spelling), double> p = [];
    private readonly Dictionary<char, string> best;

    public LetterMap(IReadOnlyList<(string Source, string Target)> pairs)
    {
        for (int round = 0; round < Rounds; round++)
        {
            counts.Clear();
            foreach (var (source, target) in pairs)
                Expect(source, target);
            Dictionary<char, double> sums = counts.GroupBy(pair => pair.Key.Letter)
                .ToDictionary(letter => letter.Key, letter => letter.Sum(pair => pair.Value));
            p.Clear();
            foreach (var (key, count) in counts)
                p[key] = count / sums[key.Letter];
        }

        best = p.GroupBy(pair => pair.Key.Letter)
            .ToDictionary(letter => letter.Key, letter => letter.MaxBy(pair => pair.Value).Key.Spelling);
    }

    /// <summary>Letter by letter; one that was never seen is left out.</summary>
    public string Spell(string source) => string.Concat(source.Select(letter => best.GetValueOrDefault(letter, "")));

    // In the first round all cuts are equally probable.
    private double Of(char letter, string spelling) => p.Count == 0 ? 1 : p.GetValueOrDefault((letter, spelling));

    private void Expect(string source, string target)
    {
        var before = new double[source.Length + 1, target.Length + 1];
        var behind = new double[source.Length + 1, target.Length + 1];
        (before[0, 0], behind[source.Length, target.Length]) = (1, 1);
        IEnumerable<(int I, int J, int End, string Text)> Cuts() =>
            from i in Enumerable.Range(0, source.Length)
            from j in Enumerable.Range(0, target.Length + 1)
            from length in Enumerable.Range(0, Math.Min(Longest, target.Length - j) + 1)
            select (i, j, j + length, target.Substring(j, length));
        (int I, int J, int End, string Text)[] cuts = [.. Cuts()];
        foreach (var (i, j, end, text) in cuts)
            before[i + 1, end] += before[i, j] * Of(source[i], text);
        foreach (var (i, j, end, text) in cuts.Reverse())
            behind[i, j] += Of(source[i], text) * behind[i + 1, end];
        double all = before[source.Length, target.Length];
        foreach (var (i, j, end, text) in cuts)
        {
            double share = before[i, j] * Of(source[i], text) * behind[i + 1, end];
            if (share > 0)
                counts[(source[i], text)] = counts.GetValueOrDefault((source[i], text)) + (share / all);
        }
    }
}
