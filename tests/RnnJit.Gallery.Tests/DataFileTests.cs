using RnnJit.Data;
using RnnJit.Gallery.Systems;
using RnnJit.Training;

namespace RnnJit.Gallery.Tests;

/// <summary>Files of data sets that are damaged, empty or of another kind: one sentence each.</summary>
public class DataFileTests
{
    private readonly string folder = Directory.CreateTempSubdirectory("rnnjit").FullName;

    [OneTimeTearDown]
    public void Delete() => Directory.Delete(folder, recursive: true);

    [TestCase("none.txt", null, "could not be read")]
    [TestCase("damaged.gz", "no archive", "damaged.gz' could not be read")]
    public void A_file_that_cannot_be_read_is_named(string name, string? text, string sentence) =>
        Refused(() => DataFile.Lines(Written(name, text)), sentence);

    [TestCase("a\tb\nabc\n", "Line 2 of ")]
    [TestCase("a\tb\n\tc\n", "Line 2 of ")]
    [TestCase("a\tb\tc\nd\te\n", "Line 1 of ")]
    [TestCase("a\tb\n", "has 1 pairs of names, wanted several")]
    [TestCase("", "has 0 pairs of names, wanted several")]
    public void Pairs_of_names_are_checked_line_by_line(string text, string sentence) =>
        Refused(() => TransliterationModel.Read(Written("pairs.txt", text)), sentence);

    [Test]
    public void Pairs_and_lines_are_read_as_they_stand()
    {
        Assert.That(TransliterationModel.Read(Written("good.txt", "a\tb\nc\td\n")), Is.EqualTo(new[] { ("a", "b"), ("c", "d") }));
        Assert.That(DataFile.Lines(Written("lines.txt", "x\n\ny")), Is.EqualTo(new[] { (1, "x"), (2, ""), (3, "y") }));
    }

    [Test]
    public void Names_need_several_languages_that_all_have_some()
    {
        string names = Path.Combine(folder, "data", "names");
        Directory.CreateDirectory(names);
        File.WriteAllText(Path.Combine(names, "A.txt"), "ana\n");
        Refused(() => NameSplit.Of(Path.Combine(folder, "data")), "has 1 files of names, wanted LANGUAGE.txt");
        File.WriteAllText(Path.Combine(names, "B.txt"), "\n");
        Refused(() => NameSplit.Of(Path.Combine(folder, "data")), "B.txt' has no name, wanted one in each line");
        File.WriteAllText(Path.Combine(names, "B.txt"), "bob\n");
        Assert.That(NameSplit.Of(Path.Combine(folder, "data")).Languages, Is.EqualTo(new[] { "A", "B" }));
    }

    private static void Refused(Action read, string sentence) =>
        Assert.That(() => read(), Throws.TypeOf<TextDataException>().With.Message.Contains(sentence));

    private string Written(string name, string? text)
    {
        // Tests run side by side.
        string path = Path.Combine(folder, $"{Path.GetRandomFileName()}-{name}");
        if (text is not null)
            File.WriteAllText(path, text);
        return path;
    }
}
