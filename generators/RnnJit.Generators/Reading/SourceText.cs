using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace RnnJit.Generators.Reading;

/// <summary>Pieces of source as sentences quote them: one line, not too long.</summary>
internal static class SourceText
{
    private const int Longest = 60;

    public static string Of(SyntaxNode syntax)
    {
        string text = Regex.Replace(syntax.ToString(), @"\s+", " ");
        return text.Length <= Longest ? text : text.Substring(0, Longest - 1) + "…";
    }

    /// <summary>A class as it is written, all its parts, without the indentation of its first line and the comments before it.</summary>
    public static string OfClass(INamedTypeSymbol type) =>
        string.Join("\n\n", type.DeclaringSyntaxReferences.Select(part => Unindented(part.GetSyntax())));

    // The first line of a node has no indentation of its own; its column is that of the others.
    private static string Unindented(SyntaxNode syntax)
    {
        int column = syntax.GetLocation().GetLineSpan().StartLinePosition.Character;
        string[] lines = syntax.ToString().Replace("\r\n", "\n").Split('\n');
        return string.Join("\n",
            lines.Select((line, i) => i == 0 ? line : line.Substring(Math.Min(column, line.Length - line.TrimStart().Length)).TrimEnd()));
    }

    public static bool IsName(SyntaxNode syntax) => syntax is IdentifierNameSyntax;
}
