using RnnJit.Cells;
using RnnJit.Charts;
using RnnJit.Data;
using RnnJit.Ir;
using RnnJit.Metrics;

namespace RnnJit.Gallery.Systems;

/// <summary>The sentences of the tagger, their codes, and the sections of its page.</summary>
internal sealed class TaggingData
{
    private const int Rounded = 16;

    private TaggingData(TaggedSentence[] train, TaggedSentence[] held, params (string Name, TaggedSentence[] Of)[] tests)
    {
        (Train, Held, Tests) = (train, held, tests);
        Words = TokenVocabulary.Of(train.Select(Lower), new TokenOptions { MinimumCount = 2 });
        Letters = TokenVocabulary.Characters(train.SelectMany(one => one.Words));
        Tags = TokenVocabulary.Of(train.Select(one => one.Tags), new TokenOptions { Reserved = false });
    }

    public TaggedSentence[] Train { get; }

    /// <summary>Every tenth sentence of the training files, which choices are made by.</summary>
    public TaggedSentence[] Held { get; }

    public (string Name, TaggedSentence[] Of)[] Tests { get; }

    /// <summary>Words in small letters that occur twice.</summary>
    public TokenVocabulary Words { get; }

    public TokenVocabulary Letters { get; }

    public TokenVocabulary Tags { get; }

    /// <summary>The sentences of the files; made ones where there is no data directory.</summary>
    public static TaggingData Read(GalleryContext context)
    {
        TaggedSentence[] Of(int made, params string[] files) => context.Data is null ? TaggedSentence.Made(made, (ulong)made)
            : [.. files.SelectMany(file => TaggedSentence.Read(Path.Combine(context.Data, "ud", file + ".conllu.gz")))];
        TaggedSentence[] all = Of(400, "en_ewt-dev-as-train", "en_partut-train");
        if (context.Quick)
            all = [.. all.Where((_, i) => i % Math.Max(all.Length / 800, 1) == 0)];
        return new TaggingData([.. all.Where((_, i) => i % 10 != 9)], [.. all.Where((_, i) => i % 10 == 9)],
            ("EWT", Of(200, "en_ewt-test")), ("ParTUT", Of(201, "en_partut-test")));
    }

    public RowBatches<TaggedSentence> Rows(TaggedSentence[] of, int size) => Batches.Of(of, size)
        .Codes("words", one => Words.Encode(Lower(one))).Codes("tags", one => Tags.Encode(one.Tags))
        .Parts("letters", one => [.. one.Words.Select(word => Letters.EncodeText(word))])
        .Lengths("lengths", of: "words").Lengths("letterCounts", of: "letters").Places("places", of: "letters").RoundedTo(Rounded);

    /// <summary>Curve, confusion, sentences with their tags, equations and kernels.</summary>
    /// <param name="best">The tags of the sentences of the first test.</param>
    public void Describe(GalleryReport report, LineChart curve, ConfusionMatrix counts, int[][] best, Graph program)
    {
        string[] names = [.. Enumerable.Range(0, Tags.Count).Select(code => Tags[code])];
        report.Picture("curve", $"{Train.Length} sentences are trained on, {Held.Length} held back", curve);
        report.Picture("confusion", $"Share of each answer among the words of a tag, {Tests[0].Name}, test, seed 1",
            Confusion.Picture(counts, names));
        foreach (int i in Enumerable.Range(0, best.Length).Where(i => best[i].Length is > 5 and < 16).Take(3))
        {
            TaggedSentence one = Tests[0].Of[i];
            report.Table($"Sentence {i + 1} of {Tests[0].Name}, test, seed 1", ["word", "tag", "found"],
                one.Words.Select((word, n) => (string[])[word, one.Tags[n], Tags[best[i][n]]]));
        }

        report.Equations(CellRegistry.Find(typeof(Lstm)));
        report.Kernels(program);
    }

    private static IEnumerable<string> Lower(TaggedSentence one) => one.Words.Select(word => word.ToLowerInvariant());
}
