using RnnJit.Data;
using RnnJit.Training;

namespace RnnJit.Tests.Training;

internal sealed class VocabularyTests
{
    private static readonly Vocabulary Letters = Vocabulary.Of(CharacterText.From("b😀a\nb"));

    [Test]
    public void Characters_are_distinct_and_ascending()
    {
        Assert.That(Letters.ToString(), Is.EqualTo("\nab😀"));
        Assert.That(Letters.Count, Is.EqualTo(4));
        Assert.That(Letters[3].Value, Is.EqualTo(0x1F600));
    }

    [Test]
    public void Decoding_undoes_encoding()
    {
        Assert.That(Letters.Encode("😀b"), Is.EqualTo(new[] { 3, 2 }));
        Assert.That(Letters.Decode(Letters.Encode("ab😀\na")), Is.EqualTo("ab😀\na"));
        Assert.That(Letters.Encode(""), Is.Empty);
    }

    [Test]
    public void An_unknown_character_is_named_or_skipped()
    {
        Assert.That(
            () => Letters.Encode("abq"),
            Throws.TypeOf<TextDataException>().With.Message.EqualTo(
                "Character 2 of the text, 'q' (U+0071), is not among the 4 of the vocabulary (remove it or skip unknown characters)"));
        Assert.That(() => Letters.Encode("\t"), Throws.TypeOf<TextDataException>().With.Message.Contains("of the text, U+0009, is not"));
        Assert.That(Letters.Encode("aqb", skipUnknown: true), Is.EqualTo(new[] { 1, 2 }));
    }

    [TestCase(-1), TestCase(4)]
    public void An_unknown_code_is_refused(int code) =>
        Assert.That(() => Letters.Decode([code]),
            Throws.TypeOf<TextDataException>().With.Message.Contains($"the code {code}, wanted 0 to 3"));

    [Test]
    public void A_saved_vocabulary_is_restored_and_a_damaged_one_refused()
    {
        Assert.That(Vocabulary.FromString(Letters.ToString()).Encode("b😀"), Is.EqualTo(Letters.Encode("b😀")));
        Assert.That(() => Vocabulary.FromString("aab"), Throws.TypeOf<TextDataException>());
        Assert.That(() => Vocabulary.FromString("ba"), Throws.TypeOf<TextDataException>());
        Assert.That(() => Vocabulary.FromString(""), Throws.TypeOf<TextDataException>());
    }
}
