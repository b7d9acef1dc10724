namespace RnnJit.Gallery;

/// <summary>
/// A language model of n-gram counts, interpolated by the method of Witten and Bell (Chen and Goodman 1999, section 2.4); the baseline of
/// character models.
/// </summary>
internal sealed class CharacterCounts
{
    private readonly int longest;
    private readonly int codes;
    private readonly Dictionary<string, Dictionary<char, int>> behind = new(StringComparer.Ordinal);

    /// <param name="text">The text that is counted.</param>
    /// <param name="codes">The number of different characters.</param>
    /// <param name="longest">n: a character depends on the n − 1 before it.</param>
    public CharacterCounts(string text, int codes, int longest)
    {
        (this.codes, this.longest) = (codes, longest);
        for (int i = 0; i < text.Length; i++)
        {
            for (int length = 0; length < longest && length <= i; length++)
            {
                string context = text.Substring(i - length, length);
                if (!behind.TryGetValue(context, out Dictionary<char, int>? counts))
                    behind.Add(context, counts = []);
                counts[text[i]] = counts.GetValueOrDefault(text[i]) + 1;
            }
        }
    }

    /// <summary>Nats per character of another text; every character but the first is predicted.</summary>
    public double Nats(string text) => Enumerable.Range(1, text.Length - 1).Average(i => -Math.Log(Probability(text, i)));

    // (count + kinds · p of the shorter context) / (all + kinds), from the empty context up.
    private double Probability(string text, int i)
    {
        double p = 1.0 / codes;
        for (int length = 0; length < longest && length <= i; length++)
        {
            if (!behind.TryGetValue(text.Substring(i - length, length), out Dictionary<char, int>? counts))
                break;
            p = (counts.GetValueOrDefault(text[i]) + counts.Count * p) / (counts.Values.Sum() + counts.Count);
        }

        return p;
    }
}
