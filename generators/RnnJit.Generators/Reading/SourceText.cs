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

    public static bool IsName(SyntaxNode syntax) => syntax is IdentifierNameSyntax;
}
