using System.Text.RegularExpressions;

namespace RnnJit.Core.Tests.Architecture;

/// <summary>A summary begins with the thing it documents, not with a question word.</summary>
public class SummaryTests
{
    private const string Tag = "summary";

    private static readonly string[] Folders = ["src", "generators", "bench", "tests"];

    private static IEnumerable<string> Sources => Folders.SelectMany(folder => Repository.Files(folder, "*.cs"));

    [Test]
    public void No_summary_begins_with_a_question_word() =>
        Assert.That(Sources.SelectMany(file => Questions(Repository.Read(file)).Select(text => $"{file}: {text}")), Is.Empty,
            "say what the thing is, subject first (\"True where X\", \"The commands of a run\")");

    [TestCase("/// <{0}>What a run does.</{0}>", "What a run does.")]
    [TestCase("/// <{0}>Whether it ended.</{0}>", "Whether it ended.")]
    [TestCase("/// <{0}>\n    /// How a loop ends.\n    /// </{0}>", "How a loop ends.")]
    [TestCase("///<{0}> Where B lies</{0}>", "Where B lies")]
    public void A_summary_that_begins_so_is_found(string comment, string found) =>
        Assert.That(Questions(string.Format(null, comment, Tag)), Is.EqualTo([found]));

    [TestCase("/// <{0}>The commands of a run.</{0}>")]
    [TestCase("/// <{0}>However many there are.</{0}>")]
    [TestCase("/// <{0}>True where it ended.</{0}>\n/// <param name=\"x\">What it reads.</param>")]
    public void Another_one_is_not(string comment) => Assert.That(Questions(string.Format(null, comment, Tag)), Is.Empty);

    [Test]
    public void All_folders_have_sources() =>
        Assert.That(Folders.Where(folder => !Sources.Any(file => file.StartsWith(folder + "/", StringComparison.Ordinal))), Is.Empty);

    // The first line of the text of each summary that begins so.
    private static IEnumerable<string> Questions(string text) =>
        Regex.Matches(text, $@"///\s*<{Tag}>[\s/]*((?:What|Whether|How|Where)\b[^<\n]*)").Select(match => match.Groups[1].Value.TrimEnd());
}
