using System.Text.RegularExpressions;
using RnnJit.Generators.Diagnostics;

namespace RnnJit.Generators.Tests;

public class DiagnosticsDocumentTests
{
    private static readonly string Root = FindRoot();

    private static readonly Dictionary<string, string[]> Sections = Regex
        .Split(File.ReadAllText(Path.Combine(Root, "docs", "diagnostics.md")), "^### ", RegexOptions.Multiline).Skip(1)
        .Select(section => section.Split('\n')).ToDictionary(lines => lines[0].Split(':')[0]);

    private static IEnumerable<string> UsedIds => new[] { "src", "generators" }
        .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories))
        .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}"))
        .SelectMany(file => Regex.Matches(File.ReadAllText(file), "RNNJ[0-9]{3}").Select(match => match.Value)).Distinct().Order();

    [TestCaseSource(nameof(UsedIds))]
    public void Every_id_in_the_source_has_cause_example_and_cure(string id)
    {
        Assert.That(Sections, Does.ContainKey(id), $"docs/diagnostics.md lacks '### {id}: …'");
        Assert.That(Sections[id].Count(line => line.StartsWith("**Cause.** ", StringComparison.Ordinal)), Is.EqualTo(1));
        Assert.That(Sections[id].Count(line => line.StartsWith("**Example.** ", StringComparison.Ordinal)), Is.EqualTo(1));
        Assert.That(Sections[id].Count(line => line.StartsWith("**Cure.** ", StringComparison.Ordinal)), Is.EqualTo(1));
    }

    [Test]
    public void Headings_are_the_titles_that_the_compiler_shows()
    {
        Assert.That(UsedIds, Is.Not.Empty);
        foreach (string id in Sections.Keys.Where(Catalogue.IsOfSource))
            Assert.That(Sections[id][0], Is.EqualTo($"{id}: {Catalogue.Descriptor(id).Title}"));
    }

    private static string FindRoot()
    {
        string? folder = TestContext.CurrentContext.TestDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "RnnJit.sln")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("The tests run outside the repository");
    }
}
