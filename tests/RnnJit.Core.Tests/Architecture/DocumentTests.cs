using System.Text.RegularExpressions;
using RnnJit.Ops;
using RnnJit.Passes;

namespace RnnJit.Core.Tests.Architecture;

/// <summary>Tables in the documents agree with the code, and links lead somewhere.</summary>
public class DocumentTests
{
    private static IEnumerable<string> Paths(string text) => Regex.Matches(text, @"`((?:src|tests|generators|bench|samples)/[\w./-]+)`")
        .Select(match => match.Groups[1].Value).Where(path => !path.Contains("NAME", StringComparison.Ordinal));

    private static IEnumerable<string> Documents => Repository.Files("docs", "*.md").Prepend("README.md");

    [Test]
    public void Every_op_has_its_row_in_the_op_table()
    {
        string table = Section(Repository.Read("docs/ir.md"), "## Ops");
        Assert.That(Regex.Matches(table, @"^\| `(\w+)[^`]*` \|", RegexOptions.Multiline).Select(row => row.Groups[1].Value),
            Is.EquivalentTo(OpTable.Names));
    }

    [Test]
    public void Every_stage_has_its_row_in_the_order_of_the_pipeline()
    {
        string table = Section(Repository.Read("docs/architecture.md"), "## Passes");
        string[] rows = Regex.Matches(table, @"^\| `([\w-]+)` \|", RegexOptions.Multiline).Select(row => row.Groups[1].Value).ToArray();
        Assert.That(rows, Is.EqualTo(Pipeline.Stages.Select(stage => stage.Name)));
    }

    [Test]
    public void Every_cell_has_its_row()
    {
        IEnumerable<string> cells = Repository.Files("src/RnnJit/Cells", "*.cs")
            .Where(file => Repository.Read(file).Contains("[RnnCell]", StringComparison.Ordinal)).Select(Path.GetFileNameWithoutExtension)!;
        Assert.That(
            Regex.Matches(Repository.Read("docs/cells.md"), @"^\| \[(\w+)\]", RegexOptions.Multiline).Select(row => row.Groups[1].Value),
            Is.EquivalentTo(cells));
    }

    [TestCaseSource(nameof(Documents))]
    public void Every_link_leads_somewhere(string document)
    {
        string folder = Path.GetDirectoryName(Path.Combine(Repository.Root, document))!;
        foreach (string link in Links(Repository.Read(document)))
        {
            string[] parts = link.Split('#');
            string target =
                parts[0].Length == 0 ? Path.Combine(Repository.Root, document) : Path.GetFullPath(Path.Combine(folder, parts[0]));
            Assert.That(File.Exists(target) || Directory.Exists(target), $"{document} links to '{link}', which is not there");
            if (parts.Length > 1)
                Assert.That(Headings(File.ReadAllText(target)), Does.Contain(parts[1]), $"{document} links to '{link}'");
        }
    }

    // Of both pages for contributors. NAME in a path stands for what is added.
    [TestCase("docs/adding.md", 15)]
    [TestCase("docs/architecture.md", 3)]
    public void Every_file_that_is_named_is_there(string document, int least)
    {
        string[] paths = Paths(Repository.Read(document)).ToArray();
        Assert.That(paths.Length, Is.GreaterThanOrEqualTo(least));
        Assert.That(paths.Where(path => !Path.Exists(Path.Combine(Repository.Root, path))), Is.Empty);
    }

    [Test]
    public void Paths_are_found() => Assert.That(Paths("`src/A/B.cs`, `src/A/NAME.cs`, `A.cs` and tests/X: `tests/T/d-512.txt`"),
        Is.EqualTo(["src/A/B.cs", "tests/T/d-512.txt"]));

    [Test]
    public void Links_are_found_outside_code()
    {
        const string Text = "[a](b.md#c) and ![p](p.svg) and [w](https://example.org)\n```\n[x](y.md)\n```\n`[m](n.md)`";
        Assert.That(Links(Text), Is.EqualTo(["b.md#c", "p.svg"]));
    }

    [Test]
    public void Anchors_are_made_as_hosts_make_them() =>
        Assert.That(Headings("# The `scan` op: what it is\n## 1 · Two\n"), Is.EqualTo(["the-scan-op-what-it-is", "1--two"]));

    private static string Section(string document, string heading)
    {
        int start = document.IndexOf(heading + "\n", StringComparison.Ordinal);
        Assert.That(start, Is.AtLeast(0), $"there is no '{heading}'");
        int end = document.IndexOf("\n## ", start + heading.Length, StringComparison.Ordinal);
        return end < 0 ? document[start..] : document[start..end];
    }

    private static IEnumerable<string> Links(string document)
    {
        string prose =
            Regex.Replace(Regex.Replace(document, "^```.*?^```", "", RegexOptions.Singleline | RegexOptions.Multiline), "`[^`\n]*`", "");
        return Regex.Matches(prose, @"\]\(([^)\s]+)\)").Select(match => match.Groups[1].Value)
            .Where(link => !link.Contains("://", StringComparison.Ordinal));
    }

    private static IEnumerable<string> Headings(string document) =>
        Regex.Matches(document.ReplaceLineEndings("\n"), "^#+ (.*)$", RegexOptions.Multiline)
        .Select(match => Regex.Replace(match.Groups[1].Value.ToLowerInvariant(), @"[^\w\- ]", "").Replace(' ', '-'));
}
