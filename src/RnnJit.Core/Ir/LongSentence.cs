namespace RnnJit.Ir;

/// <summary>Sentences that quote a file, which may hold names and numbers of any length.</summary>
public static class LongSentence
{
    /// <summary>The most characters that a message has.</summary>
    public const int Most = 2000;

    // The end holds the cure.
    private const int End = 500;

    /// <summary>Leaves out the middle of a sentence that is too long.</summary>
    public static string Shortened(string sentence) => sentence.Length <= Most
        ? sentence
        : sentence.Substring(0, Most - End - 3) + " … " + sentence.Substring(sentence.Length - End);
}
