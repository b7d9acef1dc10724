using RnnJit.Ir;
using RnnJit.Text;

namespace RnnJit.Core.Tests.Text;

public class LongSentenceTests
{
    [Test]
    public void A_sentence_of_2000_characters_stays_and_a_longer_one_keeps_its_beginning_and_its_end()
    {
        string sentence = string.Concat(Enumerable.Range(0, 400).Select(n => $"{n:D4} "));
        Assert.That(LongSentence.Shortened(sentence), Is.EqualTo(sentence));
        string shortened = LongSentence.Shortened(sentence + "!");
        Assert.That(shortened, Has.Length.EqualTo(2000));
        Assert.That(shortened, Does.StartWith("0000 0001 ").And.EndsWith(" 0398 0399 !").And.Contains(" … "));
    }

    [TestCase("[")]
    [TestCase("%0 = tanh[")]
    [TestCase("input x: ")]
    [TestCase("input x: f32[2]\ninput x")]
    public void A_message_about_a_long_line_is_a_sentence(string line)
    {
        GraphException e = Assert.Throws<GraphException>(() => Parser.Parse($"program P\n{line}{new string('x', 1_000_000)}"))!;
        Assert.That(e.Message, Has.Length.LessThanOrEqualTo(LongSentence.Most));
    }
}
