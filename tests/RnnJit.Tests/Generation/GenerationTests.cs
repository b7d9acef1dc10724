using RnnJit.Generation;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Runtime;
using RnnJit.Tests.Networks;

namespace RnnJit.Tests.Generation;

/// <summary>Sequences from a model whose probabilities are known: logits are a table that the token before reads.</summary>
public class GenerationTests
{
    private const int End = 3;

    // ln of these: a → a .5 b .4 end .1; b → a .1 b .1 end .8; start (0) → a .55 b .45.
    private static readonly double[,] Table =
    {
        { 0, 0.55, 0.45, 0 },
        { 0, 0.5, 0.4, 0.1 },
        { 0, 0.1, 0.1, 0.8 },
        { 0.25, 0.25, 0.25, 0.25 },
    };

    [Test]
    public void Argmax_takes_the_most_probable_token_each_time()
    {
        using var chain = new Chain(2);
        Hypothesis[] found = chain.Generator.Generate(new GenerationOptions { Temperature = 0, End = End, MostTokens = 4 });
        Assert.That(found, Has.Length.EqualTo(2));
        Assert.That(found[0].Tokens, Is.EqualTo(new[] { 1, 1, 1, 1 }));
        Assert.That((found[0].LogProbability, found[0].IsEnded), Is.EqualTo((Math.Log(0.55 * 0.5 * 0.5 * 0.5), false)).Within(1e-6));
        Hypothesis banned = chain.Generator.Generate(new GenerationOptions { Temperature = 0, End = End, Banned = [1] })[0];
        Assert.That((banned.Tokens, banned.IsEnded), Is.EqualTo(((IReadOnlyList<int>)[2], true)));
        Assert.That(banned.LogProbability, Is.EqualTo(Math.Log(0.45 * 0.8)).Within(1e-6), "the end token counts");
    }

    [Test]
    public void A_cancelled_call_leaves_states_as_they_were()
    {
        using var chain = new Chain(2);
        using var cancel = new CancellationTokenSource();
        cancel.Cancel();
        Assert.That(() => chain.Generator.Generate(new GenerationOptions { Cancel = cancel.Token }),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(() => chain.Generator.Beam(new BeamOptions { End = End, Width = 2, Cancel = cancel.Token }),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(chain.Generator.Generate(new GenerationOptions { Temperature = 0, End = End, MostTokens = 2 })[0].Tokens,
            Is.EqualTo(new[] { 1, 1 }));
    }

    // start b end has .36, start a b end .176, start a end .055: the greedy way is not the best one.
    [Test]
    public void A_beam_finds_what_argmax_misses([Values(1, 2)] int sequences)
    {
        using var chain = new Chain(sequences * 3);
        IReadOnlyList<Hypothesis>[] found =
            chain.Generator.Beam(new BeamOptions { End = End, Width = 3, LengthPenalty = 0, MostTokens = 6 });
        Assert.That(found, Has.Length.EqualTo(sequences));
        foreach (IReadOnlyList<Hypothesis> one in found)
        {
            Assert.That(one.Select(hypothesis => string.Join(' ', hypothesis.Tokens)), Is.EqualTo(new[] { "2", "1 2", "1 1 2" }));
            Assert.That(one.Select(hypothesis => Math.Exp(hypothesis.LogProbability)),
                Is.EqualTo(new[] { 0.36, 0.176, 0.088 }).Within(1e-6));
        }
    }

    // start end has ln .6 = -.51; start 1 2 3 4 5 6 end has ln .4 / ((5 + 7) / 6) = -.46, though -.92 behind its first token.
    [Test]
    public void A_search_goes_on_while_a_longer_hypothesis_can_become_better()
    {
        const int Last = 7;
        var table = new double[Last + 1, Last + 1];
        (table[0, 1], table[0, Last]) = (0.4, 0.6);
        for (int token = 1; token <= Last; token++)
            table[token, Math.Min(token + 1, Last)] = 1;
        using var chain = new Chain(1, table);
        Hypothesis best = chain.Generator.Beam(new BeamOptions { End = Last, Width = 1, LengthPenalty = 1, MostTokens = 20 })[0][0];
        Assert.That(best.Tokens, Is.EqualTo(new[] { 1, 2, 3, 4, 5, 6 }));
        Hypothesis plain = chain.Generator.Beam(new BeamOptions { End = Last, Width = 1, LengthPenalty = 0, MostTokens = 20 })[0][0];
        Assert.That(plain.Tokens, Is.Empty, "without a penalty the short one is the best");
    }

    // All sequences of up to five tokens, by their probabilities: an exhaustive search.
    [Test]
    public void A_wide_beam_is_an_exhaustive_search([Values(0, 0.6, 1)] double penalty)
    {
        const int Most = 5, Width = 40;
        var all = new List<(string Tokens, double Score)>();
        void Extend(int last, string tokens, double probability, int length)
        {
            for (int token = 1; token <= End; token++)
            {
                double p = probability * Table[last, token];
                if (p == 0)
                    continue;
                if (token == End)
                    all.Add((tokens.Trim(), Math.Log(p) / Math.Pow((5 + length + 1) / 6.0, penalty)));
                else if (length + 1 < Most)
                    Extend(token, $"{tokens} {token}", p, length + 1);
            }
        }

        Extend(0, "", 1, 0);
        using var chain = new Chain(Width);
        IReadOnlyList<Hypothesis> found =
            chain.Generator.Beam(new BeamOptions { End = End, Width = Width, LengthPenalty = penalty, MostTokens = Most })[0];
        string[] wanted = [.. all.OrderByDescending(one => one.Score).Select(one => one.Tokens)];
        Assert.That(found.Where(one => one.IsEnded).Take(8).Select(one => string.Join(' ', one.Tokens)), Is.EqualTo(wanted.Take(8)));
    }

    [Test]
    public void Draws_have_the_frequencies_of_the_model_and_repeat_with_their_seed()
    {
        const int Rows = 4000;
        using var chain = new Chain(Rows);
        double[] Frequencies(GenerationOptions options) => [.. chain.Generator.Generate(options with { MostTokens = 1, Prompt = [1] })
            .GroupBy(one => one.Tokens.Count == 0 ? End : one.Tokens[0]).OrderBy(group => group.Key)
                .Select(group => group.Count() / (double)Rows)];
        var plain = new GenerationOptions { End = End };

        // Three standard deviations of a frequency: 3 √(p (1 − p) / 4000) ≤ 0.024.
        Assert.That(Frequencies(plain), Is.EqualTo(new[] { 0.5, 0.4, 0.1 }).Within(0.024));
        Assert.That(Frequencies(plain with { TopK = 2 }), Is.EqualTo(new[] { 5 / 9.0, 4 / 9.0 }).Within(0.024));
        Assert.That(Frequencies(plain with { TopP = 0.85 }), Is.EqualTo(new[] { 5 / 9.0, 4 / 9.0 }).Within(0.024), "0.5 + 0.4 reach 0.85");
        Assert.That(Frequencies(plain with { TopP = 0.45 }), Is.EqualTo(new[] { 1.0 }), "0.5 alone reaches 0.45");
        double[] sharp = [.. ((double[])[0.5, 0.4, 0.1]).Select(p => p * p / 0.42)];
        Assert.That(Frequencies(plain with { Temperature = 0.5 }), Is.EqualTo(sharp).Within(0.024));
        Assert.That(Frequencies(plain with { Seed = 2 }), Is.Not.EqualTo(Frequencies(plain)));
        Assert.That(Frequencies(plain), Is.EqualTo(Frequencies(plain)));
    }

    // Rows of the state follow the hypotheses: the decoder's own probability of a sequence is that of the search.
    [Test]
    public void A_decoder_with_states_scores_its_hypotheses_as_teacher_forcing_does()
    {
        const int Width = 3, Source = 4, Most = 5;
        using var model = new Model(ProgramCutTests.Translator(), new ModelOptions { Precision = ElementType.F64, Seed = 7 });
        var one = new Dictionary<string, int> { ["S"] = 1 };
        using Session encoder =
            model.Open(new SessionOptions { Steps = Source, Batch = 2 * Width, Sizes = one, Results = ["memory", "decoder.h0"] });
        using Session decoder = model.Open(new SessionOptions
        {
            Steps = Source, Batch = 2 * Width, Sizes = one, Given = ["memory", "decoder.h0"], Results = ["logits", "attention"],
        });
        var random = new Random(5);
        int[][] sources = [.. Enumerable.Range(0, 2).Select(_ => Enumerable.Range(0, Source).Select(_ => random.Next(7)).ToArray())];
        encoder.Set("x", new NdArray([Source, 2 * Width],
            [.. Enumerable.Range(0, Source * 2 * Width).Select(i => (double)sources[i % (2 * Width) / Width][i / (2 * Width)])]));
        encoder.Run();
        decoder.Set("memory", encoder.Output("memory"));
        decoder.State["decoder.h0"].CopyFrom(encoder.Output("decoder.h0"));
        var generator = new TokenGenerator(decoder, "y", "logits", "attention");
        IReadOnlyList<Hypothesis>[] found = generator.Beam(new BeamOptions { Prompt = [0], End = 6, Width = Width, MostTokens = Most });
        for (int sequence = 0; sequence < 2; sequence++)
        {
            Assert.That(found[sequence], Has.Count.EqualTo(Width));
            foreach (Hypothesis hypothesis in found[sequence])
            {
                int[] fed = [0, .. hypothesis.Tokens], wanted = [.. hypothesis.Tokens, .. hypothesis.IsEnded ? [6] : Array.Empty<int>()];
                using Session whole =
                    model.Open(new SessionOptions { Steps = Source, Sizes = new Dictionary<string, int> { ["S"] = wanted.Length } });
                whole.Set("x", new NdArray([Source, 1], [.. sources[sequence].Select(code => (double)code)]));
                whole.Set("y", new NdArray([wanted.Length, 1], [.. fed.Take(wanted.Length).Select(code => (double)code)]));
                whole.Run();
                double[] logits = whole.Output("logits").ToNdArray().Data;
                double sum = Enumerable.Range(0, wanted.Length).Sum(step =>
                {
                    double[] row = logits[(7 * step)..(7 * step + 7)];
                    return row[wanted[step]] - Math.Log(row.Sum(Math.Exp));
                });
                Assert.That(hypothesis.LogProbability, Is.EqualTo(sum).Within(1e-10), string.Join(' ', hypothesis.Tokens));
                Assert.That(hypothesis.Attention, Has.Count.EqualTo(wanted.Length));
                Assert.That(hypothesis.Attention.Select(map => map.Sum()), Is.All.EqualTo(1).Within(1e-6));
            }
        }
    }

    [Test]
    public void What_cannot_be_generated_gets_a_sentence()
    {
        using var chain = new Chain(3);
        string Message(GenerationOptions options) => Assert.Throws<ArgumentException>(() => chain.Generator.Generate(options))!.Message;
        Assert.That(Message(new GenerationOptions { Prompt = [] }), Does.StartWith("The prompt is empty"));
        Assert.That(Message(new GenerationOptions { End = 4 }),
            Is.EqualTo("Token 4 is named, wanted 0 to 3 (name tokens that the model gives logits for)"));
        Assert.That(Message(new GenerationOptions { MostTokens = 0 }), Does.StartWith("MostTokens is 0"));
        Assert.That(Message(new GenerationOptions { Temperature = -1 }), Does.StartWith("Temperature is -1"));
        Assert.That(Message(new GenerationOptions { TopP = 0 }), Does.StartWith("TopP is 0"));
        Assert.That(Message(new GenerationOptions { TopK = -2 }), Does.StartWith("TopK is -2"));
        Assert.That(Message(new GenerationOptions { Banned = [0, 1, 2, 3] }), Does.StartWith("All 4 tokens are banned"));
        Assert.That(() => chain.Generator.Beam(new BeamOptions { End = 3, Width = 2 }),
            Throws.ArgumentException.With.Message.StartsWith("The width is 2 where the session has 3 rows"));
        using Session two = chain.Model.Open(new SessionOptions { Steps = 2 });
        Assert.That(() => new TokenGenerator(two, "x"),
            Throws.ArgumentException.With.Message.StartsWith("Input 'x' is I32[2, 1], wanted I32[1, B]"));
    }

    // A Markov chain: the logits of a step are a row of the table.
    private sealed class Chain : IDisposable
    {
        private readonly Session session;

        public Chain(int rows, double[,]? table = null)
        {
            table ??= Table;
            int tokens = table.GetLength(0);
            var net = new NetworkBuilder("Chain");
            net.Output("logits", net.Embedding("table", net.Indices("x", "T", "B"), tokens, tokens));
            Model = new Model(net);
            Model.Parameters["table.table"].Set([.. table.Cast<double>().Select(p => p == 0 ? -1e9 : Math.Log(p))]);
            session = Model.Open(new SessionOptions { Batch = rows });
            Generator = new TokenGenerator(session, "x");
        }

        public Model Model { get; }

        public TokenGenerator Generator { get; }

        public void Dispose()
        {
            session.Dispose();
            Model.Dispose();
        }
    }
}
