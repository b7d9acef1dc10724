using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace RnnJit.Cli.Tests.Architecture;

/// <summary>A file has one type of more than 20 lines; small ones of the same idea may stand beside it. Nested and file-local types
/// belong to theirs.</summary>
public class TypesPerFileTests
{
    private const int SmallLines = 20;

    private static readonly string[] Folders = ["src", "generators", "bench", "samples", "tests"];

    [TestCaseSource(nameof(Folders))]
    public void No_file_has_two_large_types(string folder) =>
        Assert.That(Repository.Sources(folder).Where(file => !file.EndsWith("/Varied.cs", StringComparison.Ordinal))
            .Select(file => (file, Types: Large(Repository.Read(file)))).Where(found => found.Types.Length > 1)
            .Select(found => $"{found.file}: {string.Join(", ", found.Types)}"), Is.Empty, "give each a file of its name");

    [Test]
    public void Two_large_types_are_found()
    {
        string lines = string.Concat(Enumerable.Repeat("    int X();\n", SmallLines));
        string text = $"namespace N;\n\ninterface A\n{{\n{lines}}}\n\n[Obsolete]\nrecord B(int C)\n{{\n{lines}}}\n\nrecord D(int E);\n"
            + $"file class F\n{{\n{lines}}}\n";
        Assert.That(Large(text), Is.EqualTo(new[] { "A", "B" }));
        Assert.That(Large($"class A\n{{\n    class B\n    {{\n{lines}    }}\n}}\n"), Is.EqualTo(new[] { "A" }));
    }

    private static string[] Large(string text) =>
    [
        .. CSharpSyntaxTree.ParseText(text).GetRoot().DescendantNodes(node => node is not BaseTypeDeclarationSyntax)
            .OfType<BaseTypeDeclarationSyntax>().Where(type => !type.Modifiers.Any(SyntaxKind.FileKeyword) && Lines(type) > SmallLines)
            .Select(type => type.Identifier.Text),
    ];

    private static int Lines(SyntaxNode type) =>
        type.SyntaxTree.GetLineSpan(type.Span) is var span ? span.EndLinePosition.Line - span.StartLinePosition.Line + 1 : 0;
}
