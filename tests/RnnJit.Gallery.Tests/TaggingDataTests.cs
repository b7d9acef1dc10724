using System.IO.Compression;
using RnnJit.Data;
using RnnJit.Gallery.Systems;
using RnnJit.Training;

namespace RnnJit.Gallery.Tests;

/// <summary>Sentences with tags as files and from the grammar, and baselines without a network.</summary>
public class TaggingDataTests
{
    private const string Rest = "\t_\t_\t_\t_\t_\t_";

    [Test]
    public void Conll_u_gives_forms_and_universal_tags_without_ranges_and_empty_nodes()
    {
        TaggedSentence[] read = Read($"# text = don't\n1-2\tdon't\t_\t_{Rest}\n1\tdo\tdo\tAUX{Rest}\n2\tn't\tnot\tPART{Rest}\n"
            + $"2.1\tgo\tgo\tVERB{Rest}\n\n\n1\tYes\tyes\tINTJ{Rest}\n");
        Assert.That(read.Select(one => string.Join(' ', one.Words)), Is.EqualTo(new[] { "do n't", "Yes" }));
        Assert.That(read.Select(one => string.Join(' ', one.Tags)), Is.EqualTo(new[] { "AUX PART", "INTJ" }));
        Assert.That(() => Read("1\tYes\n"),
            Throws.TypeOf<TextDataException>().With.Message.Contains("Line 1 of").And.Message.Contains("2 columns, wanted 10"));
        Assert.That(() => Read("# nothing\n"), Throws.TypeOf<TextDataException>().With.Message.Contains("has no sentence"));
    }

    [Test]
    public void Lookup_gives_each_word_its_most_frequent_tag_and_unknown_ones_that_of_rare_ones()
    {
        TaggedSentence[] known =
        [
            new(["the", "run", "The", "run", "run"], ["DET", "NOUN", "DET", "VERB", "VERB"]), new(["Paris", "dog"], ["PROPN", "NOUN"]),
        ];
        Assert.That(TaggedSentence.Lookup(known, [new(["THE", "Run", "cat", "Rome"], ["DET", "VERB", "NOUN", "PROPN"])]), Is.EqualTo(1));
        Assert.That(TaggedSentence.Lookup(known, [new(["run", "Cat"], ["NOUN", "NOUN"])]), Is.Zero);
    }

    [Test]
    public void Made_sentences_repeat_with_their_seed_and_hold_forms_of_two_tags()
    {
        TaggedSentence[] made = TaggedSentence.Made(300, 1);
        Assert.That(made, Has.Length.EqualTo(300));
        Assert.That(made.SelectMany(one => one.Words), Is.EqualTo(TaggedSentence.Made(300, 1).SelectMany(one => one.Words)));
        Assert.That(made.SelectMany(one => one.Words), Is.Not.EqualTo(TaggedSentence.Made(300, 2).SelectMany(one => one.Words)));
        IEnumerable<(string Word, string Tag)> pairs = made.SelectMany(one => one.Words.Zip(one.Tags));
        Assert.That(pairs.Where(pair => pair.Word == "use").Select(pair => pair.Tag).Distinct(), Is.EquivalentTo(new[] { "NOUN", "VERB" }));
    }

    // x is two letters, q none: no other cut gives all three pairs a larger probability.
    [Test]
    public void A_letter_map_learns_what_each_letter_stands_for()
    {
        var map = new LetterMap([("ax", "aks"), ("xa", "ksa"), ("aqx", "aks"), ("a", "a"), ("x", "ks")]);
        Assert.That(map.Spell("xaqa"), Is.EqualTo("ksaa"));
        Assert.That(map.Spell("a?x"), Is.EqualTo("aks"), "a letter that was never seen");
    }

    private static TaggedSentence[] Read(string text)
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".gz");
        try
        {
            using (var writer = new StreamWriter(new GZipStream(File.Create(path), CompressionMode.Compress)))
                writer.Write(text);
            return TaggedSentence.Read(path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
