using RnnJit.Cells;
using RnnJit.Generation;
using RnnJit.Ir;
using RnnJit.Networks;

namespace RnnJit.Tests.Generation;

/// <summary>A generator begins with the states that it was given, however often it is used.</summary>
public class RepeatedGenerationTests
{
    [Test]
    public void The_same_call_gives_the_same_sequence_and_leaves_the_states([Values] bool carry, [Values] bool beam)
    {
        using Model model = Net();
        using Session session = model.Open(new SessionOptions { Batch = 2, CarryState = carry });
        float[] start = [.. Enumerable.Range(0, 16).Select(i => MathF.Sin(i))];
        start.CopyTo(session.State["layer.h0"].Write<float>());
        var generator = new TokenGenerator(session, "x");
        Hypothesis Next() => beam
            ? generator.Beam(new BeamOptions { Prompt = [1], End = 0, Width = 2, MostTokens = 6 })[0][0]
            : generator.Generate(new GenerationOptions { Prompt = [1], Temperature = 0, MostTokens = 6 })[0];
        Hypothesis first = Next(), second = Next();
        Assert.That((second.LogProbability, string.Join(' ', second.Tokens)),
            Is.EqualTo((first.LogProbability, string.Join(' ', first.Tokens))));
        Assert.That(session.State["layer.h0"].Read<float>().ToArray(), Is.EqualTo(start));

        // Another start is another sequence, or it would prove nothing.
        session.State.Reset();
        Assert.That(Next().LogProbability, Is.Not.EqualTo(first.LogProbability));
    }

    [TestCase(1e-300)]
    [TestCase(1e-309)]
    [TestCase(double.Epsilon)]
    public void A_temperature_near_0_takes_the_most_probable_token(double temperature)
    {
        using Model model = Net();
        using Session session = model.Open(new SessionOptions());
        var generator = new TokenGenerator(session, "x");
        int[] Tokens(double t) =>
            [.. generator.Generate(new GenerationOptions { Prompt = [1], MostTokens = 5, Temperature = t })[0].Tokens];
        Assert.That(Tokens(temperature), Is.EqualTo(Tokens(0)));
    }

    [Test]
    public void What_makes_no_search_gets_a_sentence()
    {
        using Model model = Net();
        using Session session = model.Open(new SessionOptions());
        var generator = new TokenGenerator(session, "x");
        Assert.That(() => generator.Beam(new BeamOptions { End = 0, Width = 1, LengthPenalty = 1e308 }),
            Throws.ArgumentException.With.Message.EqualTo("LengthPenalty is 1E+308, so that ln p of 100 tokens would be divided by more "
                + "than 1E+100 and scores would be alike (0.6 is usual)"));
        Assert.That(() => generator.Generate(new GenerationOptions { Prompt = null! }),
            Throws.ArgumentException.With.Message.EqualTo("Prompt is null, wanted codes (leave it out)"));
        Assert.That(() => generator.Generate(null!), Throws.ArgumentNullException);
    }

    private static Model Net()
    {
        var net = new NetworkBuilder("Lm");
        Value e = net.Embedding("e", net.Indices("x", "T", "B"), 6, 4);
        net.Output("o", net.Dense("head", net.Recurrent("layer", CellRegistry.Find(typeof(Gru)), e, net.Size("H", 8)), 6));
        return new Model(net, new ModelOptions { Seed = 3 });
    }
}
