using RnnJit.Cells;
using RnnJit.Data;
using RnnJit.Generation;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Randomness;

namespace RnnJit.Gallery.Systems;

/// <summary>A BiLSTM that reads a name, and a decoder with additive attention that writes it (Bahdanau, Cho and Bengio 2015).</summary>
internal static class TransliterationModel
{
    private const int Sequences = 50, MostLetters = 24;

    /// <param name="letters">Codes that are read.</param>
    /// <param name="latin">Codes that are written.</param>
    /// <param name="dropout">False to train without it.</param>
    public static NetworkBuilder Network(int letters, int latin, bool dropout = true)
    {
        var net = new NetworkBuilder("Transliterator");
        Indices source = net.Indices("source", "T", "B"), given = net.Indices("given", "S", "B"), next = net.Indices("next", "S", "B");
        Dim hidden = net.Size("H", 160);
        Indices lengths = net.Lengths("lengths", "B");
        Value Dropped(string name, Value x, double rate) => dropout ? net.Dropout(name, x, rate) : x;
        Value read = Dropped("read", net.Embedding("letters", source, letters, 48), 0.3);
        RecurrentLayer encoder = net.Recurrent("encoder", CellRegistry.Find(typeof(Lstm)), read, net.Size("E", 96),
            new RecurrentOptions { Direction = Direction.Both });
        Indices written = net.Lengths("written", "B");
        Value before = Dropped("before", net.Embedding("latin", given, latin, 48), 0.3);
        RecurrentLayer decoder = net.Recurrent("decoder", CellRegistry.Find(typeof(BahdanauDecoder)), before, hidden, new RecurrentOptions
        {
            Dims = new Dictionary<string, Dim> { ["A"] = net.Size("A", 96) },
            Given = new Dictionary<string, Value>
            {
                ["h"] = Rnn.Tanh(net.Dense("bridge", encoder.Last, hidden)),
                ["memory"] = net.Named("memory", net.SwapBatchAndTime(encoder)),
                ["mask"] = net.Named("mask", Attention.Mask(lengths, "T")),
            },
        });
        Value state = Dropped("kept", Rnn.Concat(decoder, decoder.Sequences["c"]), 0.4);
        Value scores = net.Output("scores", net.Dense("head", state, latin)), steps = net.StepsOf(written, scores);
        net.Named("attention", decoder.Sequences["a"]);
        Value losses = Loss.CrossEntropy(scores, next, new CrossEntropyOptions { LabelSmoothing = 0.1, Reduction = Reduction.None });
        net.Output("loss", Rnn.Total(losses * steps) / Rnn.Total(steps));
        return net;
    }

    /// <summary>Pairs of a name and its spelling, one in each line, with a tab between.</summary>
    /// <exception cref="TextDataException">The file cannot be read, a line is no pair, or there are fewer than two.</exception>
    public static (string Source, string Target)[] Read(string path)
    {
        (string Source, string Target)[] pairs = [.. DataFile.Lines(path).Select(line =>
            line.Text.Split('\t') is [{ Length: > 0 } source, { Length: > 0 } target] ? (source, target)
            : throw new TextDataException($"Line {line.Number} of '{path}' is no name, tab, name (get the data set again)"))];
        return pairs.Length > 1 ? pairs
            : throw new TextDataException($"'{path}' has {pairs.Length} pairs of names, wanted several (get the data set again)");
    }

    /// <summary>The best answer to each name by beam search: the encoder runs once, then the decoder letter by letter.</summary>
    public static Hypothesis[] Write(Model model, IReadOnlyList<int[]> names, int width)
    {
        int longest = names.Max(name => name.Length), rows = Sequences * width;
        string[] passed = ["memory", "mask", "decoder.h0"];
        var one = new Dictionary<string, int> { ["S"] = 1 };
        using Session encoder = model.Open(new SessionOptions { Steps = longest, Batch = rows, Sizes = one, Results = passed });
        using Session decoder = model.Open(new SessionOptions
        {
            Steps = longest, Batch = rows, Sizes = one, Given = passed, Results = ["scores", "attention"],
        });
        decoder.Input("written").Write<int>().Fill(1);
        var generator = new TokenGenerator(decoder, "given", "scores", "attention");
        var found = new List<Hypothesis>();
        foreach (int[][] chunk in names.Chunk(Sequences))
        {
            // Rows behind the last name repeat it.
            int[][] given = [.. Enumerable.Range(0, rows).Select(row => chunk[Math.Min(row / width, chunk.Length - 1)])];
            Padding.Codes(given, steps: longest).Integers.Span.CopyTo(encoder.Input("source").Write<int>());
            given.Select(name => name.Length).ToArray().CopyTo(encoder.Input("lengths").Write<int>());
            encoder.Run();
            decoder.Set("memory", encoder.Output("memory"));
            decoder.Set("mask", encoder.Output("mask"));
            decoder.State["decoder.h0"].CopyFrom(encoder.Output("decoder.h0"));
            IReadOnlyList<Hypothesis>[] best = generator.Beam(new BeamOptions
            {
                Prompt = [TokenVocabulary.Start], End = TokenVocabulary.End, Width = width, MostTokens = MostLetters,
                Banned = [TokenVocabulary.Padding, TokenVocabulary.Unknown, TokenVocabulary.Start],
            });
            found.AddRange(best.Take(chunk.Length).Select(hypotheses => hypotheses[0]));
        }

        return [.. found];
    }

    /// <summary>
    /// Made names. Letters by themselves do not tell how they are written: c is k before a and o, else z; h is j behind s and c; a second e
    /// is i, a last one is left out; x is ks.
    /// </summary>
    public static (string Source, string Target)[] Made(int count, ulong seed)
    {
        var random = new RandomStream(seed);
        string Name() => string.Concat(Enumerable.Range(0, 3 + random.NextInt32(4)).Select(_ => "acehiosx"[random.NextInt32(8)]));
        return [.. Enumerable.Range(0, count).Select(_ => Name())
            .Select(name => (name, string.Concat(name.Select((_, i) => Spelled(name, i)))))];
    }

    private static string Spelled(string name, int i)
    {
        char before = i > 0 ? name[i - 1] : ' ', behind = i + 1 < name.Length ? name[i + 1] : ' ';
        return name[i] switch
        {
            'c' => behind is 'a' or 'o' ? "k" : "z",
            'h' => before is 's' or 'c' ? "j" : "h",
            'e' => before == 'e' ? "i" : behind == ' ' ? "" : "e",
            'x' => "ks",
            _ => name[i].ToString(),
        };
    }
}
