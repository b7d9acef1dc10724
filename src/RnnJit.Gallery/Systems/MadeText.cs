using RnnJit.Randomness;

namespace RnnJit.Gallery.Systems;

/// <summary>A text that is made here, for the small budget of character models.</summary>
internal static class MadeText
{
    private static readonly string[] Nouns = ["moon", "river", "stone", "garden", "bird"], Verbs = ["sees", "finds", "leaves", "calls"];

    /// <summary>Lines whose last word is their second one again, which counts of a few letters do not tell.</summary>
    public static string Lines(int count)
    {
        var random = new RandomStream(1);
        return string.Concat(Enumerable.Range(0, count).Select(_ =>
        {
            string noun = Nouns[random.NextInt32(Nouns.Length)];
            return $"The {noun} {Verbs[random.NextInt32(Verbs.Length)]} the {noun}.\n";
        }));
    }
}
