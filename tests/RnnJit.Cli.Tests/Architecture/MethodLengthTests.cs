namespace RnnJit.Cli.Tests.Architecture;

/// <summary>Methods fit on a screen: at most 50 lines, tables and raw strings apart.</summary>
public class MethodLengthTests
{
    private const int MostLines = 50;

    private static readonly string[] Folders = ["src", "generators", "bench", "samples", "tests"];

    [TestCaseSource(nameof(Folders))]
    public void No_method_has_more_than_50_lines(string folder)
    {
        string[] files = [.. Repository.Sources(folder)];
        Assert.That(files, Is.Not.Empty);
        Assert.That(files.SelectMany(file => MethodLengths.Of(Repository.Read(file)).Where(method => method.Length > MostLines)
            .Select(method => $"{file}({method.Line}): {method.Name} has {method.Length} lines")), Is.Empty);
    }

    // {0} is 51 statements with the two lines of their braces.
    [TestCase("class C\n{\n    [Obsolete]\n    void M()\n{0}\n}", "M", 4, 54)]
    [TestCase("class C\n{\n    C(\n        int a)\n{0}\n}", "C", 3, 55)]
    [TestCase("class C\n{\n    int P\n    {\n        get\n{0}\n    }\n}", "get", 5, 54)]
    [TestCase("class C\n{\n    int M() => N(() =>\n{0});\n}", "M", 3, 54)]
    [TestCase("class C\n{\n    int P => N(() =>\n{0});\n}", "P", 3, 54)]
    [TestCase("class C\n{\n    int[] M() => [N(() =>\n{0})];\n}", "M", 3, 54)]
    [TestCase("void M()\n{0}", "M", 1, 54)]
    public void A_long_method_is_found(string text, string name, int line, int length) =>
        Assert.That(MethodLengths.Of(Filled(text)), Is.EqualTo(new[] { (name, line, length) }));

    [Test]
    public void Tables_and_raw_strings_count_as_their_first_line()
    {
        string lines = string.Concat(Enumerable.Repeat("1,\n", 60)), arms = string.Concat(Enumerable.Repeat("1 => 2,\n", 60));
        string quotes = new('"', 3);
        string text = $"class C\n{{\nint A() =>\n[\n{lines}];\nint[] B() => new[]\n{{\n{lines}}};\n"
            + $"int D(int x) => x switch\n{{\n{arms}}};\n"
            + $"string E() =>\n{quotes}\n{lines}{quotes};\nstring F() =>\n${quotes}\n{lines}{quotes};\n}}\n";
        Assert.That(MethodLengths.Of(text).Select(method => (method.Name, method.Length)),
            Is.EqualTo(new[] { ("A", 2), ("B", 2), ("D", 1), ("E", 2), ("F", 2) }));
    }

    [Test]
    public void Tests_may_be_longer() => Assert.That(MethodLengths.Of(Filled("class C\n{\n[Test]\nvoid M()\n{0}\n}")), Is.Empty);

    private static string Filled(string text) =>
        text.Replace("{0}", $"{{\n{string.Concat(Enumerable.Repeat("N();\n", MostLines + 1))}}}", StringComparison.Ordinal);
}
