using RnnJit.Data;
using RnnJit.Randomness;

namespace RnnJit.Gallery.Systems;

/// <summary>A sentence, with a tag for each word.</summary>
internal sealed record TaggedSentence(string[] Words, string[] Tags)
{
    private const int Columns = 10;

    /// <summary>The sentences of a CoNLL-U file in gzip: forms and universal tags, without ranges (1-2) and empty nodes (1.1).</summary>
    /// <exception cref="TextDataException">The file cannot be read, a line has another number of columns, or there is no
    /// sentence.</exception>
    public static TaggedSentence[] Read(string path)
    {
        var sentences = new List<TaggedSentence>();
        var words = new List<(string Form, string Tag)>();
        foreach (var (line, text) in DataFile.Lines(path).Append((0, "")))
        {
            if (text.Length == 0 && words.Count > 0)
            {
                sentences.Add(new TaggedSentence([.. words.Select(word => word.Form)], [.. words.Select(word => word.Tag)]));
                words.Clear();
            }

            if (text.Length == 0 || text[0] == '#')
                continue;
            string[] cells = text.Split('\t');
            if (cells.Length != Columns)
                throw new TextDataException($"Line {line} of '{path}' has {cells.Length} columns, wanted {Columns} (give a CoNLL-U file)");
            if (cells[1].Length == 0)
                throw new TextDataException($"Line {line} of '{path}' has no word in its second column (give a CoNLL-U file)");
            if (cells[0].All(char.IsAsciiDigit))
                words.Add((cells[1], cells[3]));
        }

        return sentences.Count > 0 ? [.. sentences] : throw new TextDataException($"'{path}' has no sentence (give a CoNLL-U file)");
    }

    /// <summary>
    /// Sentences of a small grammar. Half of its nouns and verbs have the same forms, which only the word before tells apart; the other
    /// words are drawn anew, and only their endings tell what they are.
    /// </summary>
    public static TaggedSentence[] Made(int count, ulong seed)
    {
        var random = new RandomStream(seed);
        string[] shared = ["walk", "talk", "run", "play", "work", "look", "move", "call", "turn", "hope", "plan", "use"];
        string Pick(params string[] of) => of[random.NextInt32(of.Length)];
        string Stem() => string.Concat(Enumerable.Range(0, 1 + random.NextInt32(2)).Select(_ => Pick("b", "d", "f", "g", "k", "l", "m", "n")
            + Pick("a", "e", "i", "o", "u"))) + Pick("b", "d", "g", "n", "r", "t");
        string Shared(string ending) => random.NextInt32(2) == 0 ? Pick(shared) : Stem() + ending;
        IEnumerable<(string, string)> Nominal()
        {
            yield return (Pick("the", "a", "this"), "DET");
            if (random.NextInt32(2) == 0)
                yield return (Stem() + "ful", "ADJ");
            yield return (Shared("ness"), "NOUN");
        }

        IEnumerable<(string, string)> Sentence()
        {
            foreach (var word in random.NextInt32(2) == 0 ? Nominal() : [(Pick("they", "we", "you"), "PRON")])
                yield return word;
            yield return (Shared("ize"), "VERB");
            if (random.NextInt32(2) == 0)
                yield return (Stem() + "ly", "ADV");
            foreach (var word in Nominal())
                yield return word;
            yield return (Pick(".", "!"), "PUNCT");
        }

        return [.. Enumerable.Range(0, count).Select(_ => Sentence().ToArray())
            .Select(words => new TaggedSentence([.. words.Select(word => word.Item1)], [.. words.Select(word => word.Item2)]))];
    }

    /// <summary>
    /// The accuracy of the tag that each word, in small letters, has most often in other sentences. A word that they do not have gets the
    /// most frequent tag of their words that occur once and begin with a capital, or do not, as it does.
    /// </summary>
    public static double Lookup(IReadOnlyList<TaggedSentence> known, IReadOnlyList<TaggedSentence> asked)
    {
        static string Commonest(IEnumerable<(string Word, string Tag)> pairs) => pairs.GroupBy(pair => pair.Tag)
            .OrderByDescending(same => same.Count()).ThenBy(same => same.Key, StringComparer.Ordinal).First().Key;
        static (string Word, string Tag)[] Pairs(IEnumerable<TaggedSentence> of) => [.. of.SelectMany(one => one.Words.Zip(one.Tags))];
        static bool IsCapital(string word) => char.IsUpper(word[0]);
        ILookup<string, (string Word, string Tag)> words = Pairs(known).ToLookup(pair => pair.Word.ToLowerInvariant());
        Dictionary<string, string> tags = words.ToDictionary(of => of.Key, Commonest);
        Dictionary<bool, string> unknown = words.Where(of => of.Count() == 1).Select(of => of.First())
            .GroupBy(pair => IsCapital(pair.Word)).ToDictionary(of => of.Key, Commonest);
        string Of(string word) => tags.GetValueOrDefault(word.ToLowerInvariant())
            ?? unknown.GetValueOrDefault(IsCapital(word)) ?? Commonest(Pairs(known));
        return Pairs(asked).Average(pair => Of(pair.Word) == pair.Tag ? 1.0 : 0);
    }
}
