using RnnJit.Cells;
using RnnJit.Data;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Text;
using RnnJit.Training;

namespace RnnJit.Tests.Networks;

/// <summary>Texts and vocabularies that travel with a model.</summary>
public class ModelMetadataTests
{
    [Test]
    public void Metadata_and_vocabularies_are_saved_and_read()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("m.safetensors"), again = folder.File("n.safetensors");
        using Model model = Make();
        model.Metadata["source"] = "corpus é\n\"2\"";
        model.Metadata["empty"] = "";
        model.Metadata["gone"] = "x";
        Assert.That(model.Metadata.Remove("gone"), Is.True);
        model.Vocabularies["words"] = TokenVocabulary.Words(["the cat", "the dog"]);
        model.Vocabularies["tags"] = TokenVocabulary.Of([["O", "B"]], new TokenOptions { Reserved = false });
        model.Save(path);

        using Model read = Model.Load(path);
        Assert.That(
            read.Metadata.ToDictionary(), Is.EqualTo(new Dictionary<string, string> { ["empty"] = "", ["source"] = "corpus é\n\"2\"" }));
        Assert.That(read.Vocabularies.Keys, Is.EqualTo(new[] { "tags", "words" }));
        Assert.That(read.Vocabularies["words"].ToString(), Is.EqualTo(model.Vocabularies["words"].ToString()));
        Assert.That(read.Vocabularies["tags"].CodeOf("O"), Is.EqualTo(model.Vocabularies["tags"].CodeOf("O")));
        read.Save(again);
        Assert.That(File.ReadAllBytes(again), Is.EqualTo(File.ReadAllBytes(path)));
    }

    [Test]
    public void A_training_keeps_them_when_it_goes_on_and_its_checkpoint_is_a_model()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("t.safetensors"), again = folder.File("u.safetensors");
        CharacterText text = CharacterText.From("she sells sea shells by the sea shore");
        var options = new CharacterOptions { Hidden = 4, Embedding = 3, Steps = 2, Batch = 1 };
        using (var training = new CharacterTraining(text, CellRegistry.Find("Elman"), options))
        {
            training.Model.Model.Metadata["run"] = "7";
            training.Model.Model.Vocabularies["words"] = TokenVocabulary.Words(["sea shells"]);
            training.Step();
            training.Save(path);
        }

        using CharacterTraining resumed = CharacterTraining.Resume(path, _ => text);
        resumed.Save(again);
        Assert.That(File.ReadAllBytes(again), Is.EqualTo(File.ReadAllBytes(path)));
        using Model read = Model.Load(again);
        Assert.That((read.Metadata["run"], read.Vocabularies["words"].Count), Is.EqualTo(("7", 6)));
    }

    [Test]
    public void A_model_without_them_is_the_file_it_was()
    {
        using var folder = new TemporaryFolder();
        string with = folder.File("with"), without = folder.File("without");
        using Model model = Make();
        model.Save(without);
        model.Metadata["a"] = "b";
        model.Save(with);
        Assert.That(File.ReadAllBytes(with), Is.Not.EqualTo(File.ReadAllBytes(without)));
        model.Metadata.Remove("a");
        model.Save(with);
        Assert.That(File.ReadAllBytes(with), Is.EqualTo(File.ReadAllBytes(without)));
        using Model read = Model.Load(without);
        Assert.That((read.Metadata.Count, read.Vocabularies.Count), Is.EqualTo((0, 0)));
    }

    [TestCase("")]
    [TestCase("a b")]
    [TestCase("é")]
    [TestCase("a/b")]
    [TestCase("a\n")]
    public void A_name_that_is_not_usable_is_refused(string name)
    {
        using Model model = Make();
        Assert.That(() => model.Metadata[name] = "",
            Throws.ArgumentException.With.Message.Contains("wanted 1 to 100 letters, digits, dots, hyphens and underscores"));
        Assert.That(() => model.Vocabularies[name] = TokenVocabulary.Words(["a"]),
            Throws.ArgumentException.With.Message.Contains("wanted 1 to 100 letters"));
        Assert.That((model.Metadata.Count, model.Vocabularies.Count), Is.EqualTo((0, 0)));
    }

    [Test]
    public void Sizes_are_bounded()
    {
        using Model model = Make();
        Assert.That(() => model.Metadata[new string('a', 101)] = "", Throws.ArgumentException);
        model.Metadata["a"] = new string('x', ModelMetadata.MostCharacters - 1);
        model.Metadata["a"] = new string('y', ModelMetadata.MostCharacters - 1);
        Assert.That(() => model.Metadata["b"] = "", Throws.ArgumentException.With.Message.EqualTo(
            "The metadata with 'b' has 1048577 characters, wanted at most 1048576 (keep large data in a file of its own)"));
        model.Metadata.Remove("a");
        model.Metadata.Remove("a");
        for (int i = 0; i < ModelMetadata.MostEntries; i++)
            model.Metadata["n" + i] = "";
        Assert.That(
            () => model.Metadata["b"] = "", Throws.ArgumentException.With.Message.StartsWith("The metadata has 500 entries already"));
        Assert.That(() => model.Metadata["n1"] = "\ud83d", Throws.ArgumentException.With.Message.Contains("half of a surrogate pair"));
        model.Metadata["n1"] = "replaced";

        TokenVocabulary large = TokenVocabulary.Words([new string('x', ModelVocabularies.MostCharacters)]);
        Assert.That(() => model.Vocabularies["large"] = large, Throws.ArgumentException.With.Message.Contains("wanted at most 2097152"));
        for (int i = 0; i < ModelVocabularies.MostEntries; i++)
            model.Vocabularies["n" + i] = TokenVocabulary.Words(["a"]);
        Assert.That(() => model.Vocabularies["b"] = TokenVocabulary.Words(["a"]),
            Throws.ArgumentException.With.Message.StartsWith("The model has 100 vocabularies already"));
        Assert.That(
            () => model.Metadata["z"],
            Throws.TypeOf<KeyNotFoundException>().With.Message.StartsWith("The metadata has no 'z' (found: n0, n1, "));
        Assert.That(
            () => model.Vocabularies["z"],
            Throws.TypeOf<KeyNotFoundException>().With.Message.StartsWith("The model has no vocabulary 'z'"));
    }

    // By somebody who knows how the digest is computed.
    [TestCase("metadata.a b", "x", "holds a metadata entry that cannot be read: The name 'a b' of metadata has 3 characters")]
    [TestCase("metadata.", "x", "holds a metadata entry that cannot be read: The name '' of metadata has 0 characters")]
    [TestCase(
        "vocabulary.a/b", "rnnjit-vocabulary words plain\na", "holds a vocabulary that cannot be read: The name 'a/b' of a vocabulary")]
    [TestCase("vocabulary.words", "rnnjit-vocabulary words plain\na\na",
        "holds a vocabulary that cannot be read: Line 3 of the vocabulary: the token 'a' is there twice")]
    [TestCase("vocabulary.words", "", "holds a vocabulary that cannot be read: The vocabulary begins with ''")]
    public void Entries_that_are_not_usable_are_refused(string key, string text, string sentence) =>
        Assert.That(Sentence([new(key, text)]), Does.Contain(sentence));

    [Test]
    public void Too_many_or_too_long_entries_are_refused()
    {
        Assert.That(Sentence([new("metadata.a", new string('x', ModelMetadata.MostCharacters))]), Does.Contain("wanted at most 1048576"));
        Assert.That(Sentence(Enumerable.Range(0, 501).Select(n => new KeyValuePair<string, string>("metadata." + n, ""))),
            Does.Contain("The metadata has 500 entries already"));
        Assert.That(Sentence([new("vocabulary.a", new string('\n', ModelVocabularies.MostCharacters + 1))]),
            Does.Contain("its vocabularies have 2097153 characters"));
        Assert.That(Sentence([new("metadata.a", "fine")]), Is.Empty);
    }

    private static string Sentence(IEnumerable<KeyValuePair<string, string>> texts)
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("m.safetensors");
        using (Model model = Make())
            model.Save(path);
        ResealedFile.Add(path, texts);
        try
        {
            using Model read = Model.Load(path);
            return "";
        }
        catch (CheckpointException e)
        {
            return e.Message;
        }
    }

    private static Model Make() =>
        new(Parser.Parse("program P\n  input x: f32[2]\n  parameter w: f32[2] = zeros\n  %0: f32[2] = add x, w\n  return y = %0\n"),
            new Dictionary<string, int>());
}
