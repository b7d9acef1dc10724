using RnnJit.Data;
using RnnJit.Training;

namespace RnnJit.Tests.Data;

/// <summary>Words, characters and tags as codes.</summary>
public class TokenVocabularyTests
{
    private static readonly string[] Texts = ["the cat saw the dog", "the  dog\tran\n", ""];

    // the 3, dog 2, then cat, ran, saw once each.
    [Test]
    public void Codes_follow_counts_and_then_the_ordinal_order()
    {
        TokenVocabulary words = TokenVocabulary.Words(Texts);
        Assert.That(Enumerable.Range(0, words.Count).Select(code => words[code]),
            Is.EqualTo(new[] { "<pad>", "<unk>", "<s>", "</s>", "the", "dog", "cat", "ran", "saw" }));
        Assert.That(words.EncodeText("the dog barked  loudly"), Is.EqualTo(new[] { 4, 5, 1, 1 }));
        Assert.That(words.EncodeText("cat", ends: true), Is.EqualTo(new[] { TokenVocabulary.Start, 6, TokenVocabulary.End }));
        Assert.That(words.DecodeText([2, 4, 6, 1, 3, 0, 0]), Is.EqualTo("the cat <unk>"));
        Assert.That(words.Decode([8, 0, 7]), Is.EqualTo(new[] { "saw", "ran" }));
    }

    [Test]
    public void Rare_tokens_are_unknown()
    {
        TokenVocabulary frequent = TokenVocabulary.Words(Texts, new TokenOptions { MinimumCount = 2 });
        Assert.That(frequent.Count, Is.EqualTo(6));
        Assert.That(frequent.EncodeText("the cat saw the dog"), Is.EqualTo(new[] { 4, 1, 1, 4, 5 }));
        TokenVocabulary small = TokenVocabulary.Words(Texts, new TokenOptions { MostSize = 7 });
        Assert.That((small.Count, small[6]), Is.EqualTo((7, "cat")));
    }

    [Test]
    public void Characters_are_scalar_values()
    {
        TokenVocabulary characters = TokenVocabulary.Characters(["a😀b\n", "a"]);
        Assert.That(characters.Count, Is.EqualTo(8));
        Assert.That(characters.EncodeText("😀a?"), Is.EqualTo(new[] { characters.CodeOf("😀"), 4, TokenVocabulary.Unknown }));
        Assert.That(characters.DecodeText(characters.EncodeText("b😀\na")), Is.EqualTo("b😀\na"));
        Assert.That(() => TokenVocabulary.Words(["a\ud83d b"]), Throws.TypeOf<TextDataException>()
            .With.Message.Contains("holds half of a surrogate pair"));
    }

    [Test]
    public void Classes_have_no_reserved_codes_and_an_unknown_one_is_refused()
    {
        TokenVocabulary tags = TokenVocabulary.Of([["O", "B-PER", "O"]], new TokenOptions { Reserved = false });
        Assert.That((tags.Count, tags.CodeOf("O"), tags.CodeOf("B-PER")), Is.EqualTo((2, 0, 1)));
        Assert.That(tags.Decode([0, 1]), Is.EqualTo(new[] { "O", "B-PER" }));
        Assert.That(() => tags.CodeOf("I-PER"), Throws.TypeOf<TextDataException>().With.Message.EqualTo(
            "'I-PER' is not among the 2 tokens of the vocabulary (correct it, or reserve a code for unknown tokens)"));
        Assert.That(() => tags.Encode(["O"], ends: true), Throws.ArgumentException.With.Message.Contains("reserves no codes"));
    }

    [Test]
    public void A_text_cannot_name_a_reserved_token()
    {
        TokenVocabulary words = TokenVocabulary.Words(["<pad> <s> a </s> <unk>"]);
        Assert.That(words.Count, Is.EqualTo(5));
        Assert.That(words.EncodeText("</s> a <pad>"), Is.EqualTo(new[] { 1, 4, 1 }));
    }

    [Test]
    public void Text_is_read_back([Values] bool reserved)
    {
        var options = new TokenOptions { Reserved = reserved };
        string[] odd = ["\\", "\n", "\\n", "\r", "a b", "é", "😀", "<pad2>", " "];
        foreach (TokenVocabulary written in new[] { TokenVocabulary.Words(Texts, options),
            TokenVocabulary.Characters(["\\\n\r xyz😀"], options), TokenVocabulary.Of([odd], options) })
        {
            TokenVocabulary read = TokenVocabulary.FromString(written.ToString());
            Assert.That((read.Kind, read.HasReserved, read.Count), Is.EqualTo((written.Kind, reserved, written.Count)));
            Assert.That(Enumerable.Range(0, read.Count).Select(code => read[code]),
                Is.EqualTo(Enumerable.Range(0, read.Count).Select(code => written[code])));
            Assert.That(read.ToString(), Is.EqualTo(written.ToString()));
        }

        Assert.That(TokenVocabulary.Words(["b\\ a"]).ToString(), Is.EqualTo("rnnjit-vocabulary words reserved\na\nb\\\\"));
    }

    [TestCase("", "The vocabulary begins with '', wanted 'rnnjit-vocabulary words reserved', or characters, or plain (it is none or of ")]
    [TestCase("rnnjit-vocabulary syllables plain\na", "The vocabulary begins with 'rnnjit-vocabulary syllables plain', wanted")]
    [TestCase("rnnjit-vocabulary words plain", "The vocabulary has no token, wanted 1 to 1000000 (it is damaged)")]
    [TestCase("rnnjit-vocabulary words reserved\na\n", "Line 3 of the vocabulary: the token is empty (it is damaged)")]
    [TestCase("rnnjit-vocabulary words reserved\na\nb\na", "Line 4 of the vocabulary: the token 'a' is there twice (it is damaged)")]
    [TestCase("rnnjit-vocabulary words reserved\n<s>", "Line 2 of the vocabulary: the token '<s>' is reserved (it is damaged)")]
    [TestCase("rnnjit-vocabulary characters plain\nab", "Line 2 of the vocabulary: the token 'ab' is no single character (it is damaged)")]
    [TestCase(
        "rnnjit-vocabulary words plain\na\\b", "Line 2 of the vocabulary has a backslash before no n, r or backslash (it is damaged)")]
    [TestCase("rnnjit-vocabulary words plain\na\\", "Line 2 of the vocabulary has a backslash before no n, r or backslash (it is damaged)")]
    public void Damaged_text_is_refused(string text, string sentence) =>
        Assert.That(() => TokenVocabulary.FromString(text), Throws.TypeOf<TextDataException>().With.Message.StartsWith(sentence));

    [Test]
    public void A_vocabulary_has_at_most_a_million_tokens()
    {
        string Text(int tokens) => "rnnjit-vocabulary words plain\n" + string.Join('\n', Enumerable.Range(0, tokens));
        Assert.That(TokenVocabulary.FromString(Text(TokenVocabulary.MostTokens)).Count, Is.EqualTo(TokenVocabulary.MostTokens));
        Assert.That(
            () => TokenVocabulary.FromString(Text(TokenVocabulary.MostTokens + 1)), Throws.TypeOf<TextDataException>().With.Message.EqualTo(
            "The vocabulary has more than 1000000 tokens, wanted 1 to 1000000 (it is damaged)"));
    }

    [Test]
    public void Options_and_codes_that_do_not_fit_are_refused()
    {
        TokenVocabulary words = TokenVocabulary.Words(Texts);
        Assert.That(() => words[9], Throws.TypeOf<TextDataException>()
            .With.Message.EqualTo("No token has the code 9, wanted 0 to 8 (decode codes of this vocabulary only)"));
        Assert.That(() => words.Decode([-1]), Throws.TypeOf<TextDataException>());
        Assert.That(() => TokenVocabulary.Words(Texts, new TokenOptions { MinimumCount = 0 }),
            Throws.ArgumentException.With.Message.StartsWith("The least count of a token is 0"));
        Assert.That(() => TokenVocabulary.Words(Texts, new TokenOptions { MostSize = 4 }),
            Throws.ArgumentException.With.Message.StartsWith("A vocabulary of 4 tokens has room for no token"));
        Assert.That(
            () => TokenVocabulary.Words(Texts, new TokenOptions { MinimumCount = 4 }),
            Throws.TypeOf<TextDataException>().With.Message.EqualTo(
            "None of 5 tokens occurs 4 times (give more text or a smaller least count)"));
        Assert.That(
            () => TokenVocabulary.Of([["a", ""]]),
            Throws.TypeOf<TextDataException>().With.Message.EqualTo("A token is empty (leave it out)"));
    }

    [Test]
    public void Null_gets_a_sentence()
    {
        Assert.That(() => TokenVocabulary.Words([null!]), Throws.ArgumentException.With.Message.EqualTo(
            "A text is null, wanted words or characters (give an empty text where there are none)"));
        Assert.That(() => TokenVocabulary.Of([null!]), Throws.ArgumentException.With.Message.Contains("A sequence of tokens is null"));
        TokenVocabulary words = TokenVocabulary.Words(["a b"]);
        Assert.That(() => words.EncodeText(null!), Throws.ArgumentException.With.Message.Contains("A text is null"));
        Assert.That(() => words.CodeOf(null!), Throws.ArgumentNullException);
        Assert.That(() => words.Encode(null!), Throws.ArgumentNullException);
    }
}
