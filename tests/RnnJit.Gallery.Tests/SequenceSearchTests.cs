using RnnJit.Randomness;

namespace RnnJit.Gallery.Tests;

public class SequenceSearchTests
{
    // 0 is likelier first, but what follows it is not: the likeliest pair begins with 1. 2 ends.
    private static double[] Next(IReadOnlyList<int> beginning) => beginning switch
    {
        [_] => [Math.Log(0.6), Math.Log(0.4), double.NegativeInfinity],
        [_, 0] => [Math.Log(0.4), Math.Log(0.3), Math.Log(0.3)],
        [_, 1] => [Math.Log(0.05), Math.Log(0.05), Math.Log(0.9)],
        _ => [double.NegativeInfinity, double.NegativeInfinity, 0],
    };

    private static SequenceSearch Search => new(Next, last: 2, longest: 4);

    [Test]
    public void A_beam_finds_what_the_likeliest_step_misses()
    {
        Assert.That(Search.Greedy([9]), Is.EqualTo(new[] { 9, 0, 0, 2 }));
        var (symbols, score) = Search.Beam([9], width: 2)[0];
        Assert.That(symbols, Is.EqualTo(new[] { 9, 1, 2 }));
        Assert.That(score, Is.EqualTo(Math.Log(0.36)).Within(1e-12));
    }

    [Test]
    public void A_beam_of_one_takes_the_likeliest_step() =>
        Assert.That(Search.Beam([9], width: 1)[0].Symbols, Is.EqualTo(Search.Greedy([9])));

    [Test]
    public void Samples_have_the_frequencies_of_their_probabilities()
    {
        var random = new RandomStream(1);
        int zeros = Enumerable.Range(0, 2000).Count(_ => Search.Sample([9], random)[1] == 0);
        Assert.That(zeros / 2000.0, Is.EqualTo(0.6).Within(0.05));
    }

    [Test]
    public void A_sequence_without_an_end_has_a_longest_length()
    {
        var endless = new SequenceSearch(_ => [0, double.NegativeInfinity], last: 1, longest: 5);
        Assert.That(endless.Greedy([0]), Has.Length.EqualTo(6));
        Assert.That(endless.Beam([0], 2)[0].Symbols, Has.Length.EqualTo(6));
    }
}
