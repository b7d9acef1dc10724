using RnnJit.Metrics;

namespace RnnJit.Tests.Metrics;

/// <summary>BLEU against values of sacreBLEU (repository mjpost/sacrebleu, <c>BLEU().corpus_score</c>), which computed
/// them from the same sentences.</summary>
public class BleuTests
{
    private static readonly (string[] Hypotheses, string[] References, double Mteval, double WhiteSpace, long[] Matches,
        long[] Totals)[] Corpora =
    [
        (["The dog bit the man.", "It was not unexpected.", "The man bit him first."],
            ["The dog bit the man.", "It was not surprising.", "The man had just bitten him."],
            50.178269406946576, 51.124702555459926, [14, 8, 5, 3], [17, 14, 11, 8]),
        (["a man in a blue shirt is standing on a ladder cleaning a window .", "a little girl climbing into a wooden playhouse ."],
            ["a man in a blue shirt is standing on a ladder cleaning a window.", "a little girl is climbing a wooden playhouse."],
            83.1576268893237, 65.1287016726611, [23, 19, 16, 13], [24, 22, 20, 18]),
        (["It costs $1,234.56 (about 10% off) &quot;today&quot;!", "well-known 3-4 words"],
            ["It costs $1,234.56, about 10% off \"today\"!", "well known 3-4 words"],
            55.88606330108254, 14.45349071795195, [16, 12, 8, 4], [19, 17, 15, 13]),
        (["one two"], ["one two three"], 0, 0, [2, 1, 0, 0], [2, 1, 0, 0]),
        (["a b c"], ["x y z"], 0, 0, [0, 0, 0, 0], [3, 2, 1, 0]),
        (["the the the the the the the"], ["the cat is on the mat"], 7.809849842300637, 7.809849842300637, [2, 0, 0, 0], [7, 6, 5, 4]),
    ];

    [Test]
    public void Scores_and_counts_are_those_of_sacreBLEU([Range(0, 5)] int corpus)
    {
        var (hypotheses, references, mteval, whiteSpace, matches, totals) = Corpora[corpus];
        BleuScore found = Bleu.Of(hypotheses, references);
        Assert.That(found.Score, Is.EqualTo(mteval).Within(1e-12));
        Assert.That((found.Matches, found.Totals), Is.EqualTo((matches, totals)));
        Assert.That(Bleu.Of(hypotheses, references, BleuTokenisation.WhiteSpace).Score, Is.EqualTo(whiteSpace).Within(1e-12));
    }

    [TestCase("It costs $1,234.56 (about 10% off) &quot;today&quot;!", "It costs $ 1,234.56 ( about 10 % off ) \" today \" !")]
    [TestCase("well-known 3-4 words", "well-known 3 - 4 words")]
    [TestCase("Mr. O'Neil's U.S.-based 3.5-kg [box], {a}~b: 1,000.0. end.",
        "Mr . O'Neil's U . S . -based 3.5 - kg [ box ] , { a } ~ b : 1,000.0 . end .")]
    public void Words_are_those_of_mteval(string sentence, string words) =>
        Assert.That(string.Join(' ', Bleu.Words(sentence, BleuTokenisation.Mteval13a)), Is.EqualTo(words));

    [Test]
    public void Sentences_without_references_are_refused() =>
        Assert.That(() => Bleu.Of(["a"], []), Throws.ArgumentException.With.Message.Contains("1 hypotheses and 0 references"));
}
