using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace RnnJit.Cli.Tests.Architecture;

/// <summary>Lengths of methods, constructors, operators, accessors and local functions: the lines from the signature to the closing
/// brace. The inner lines of raw strings and of tables do not count. A table is a switch expression, collection expression or initialiser
/// of elements that contains no statement.</summary>
internal static class MethodLengths
{
    private static readonly string[] TestAttributes = ["Test", "TestCase", "TestCaseSource"];

    /// <summary>Name, first line and length of each method of a source text, tests left out.</summary>
    public static IEnumerable<(string Name, int Line, int Length)> Of(string text)
    {
        SyntaxNode root = CSharpSyntaxTree.ParseText(text).GetRoot();
        foreach (SyntaxNode node in root.DescendantNodes())
        {
            if (Name(node) is not { } name || IsTest(node))
                continue;
            FileLinePositionSpan span = node.SyntaxTree.GetLineSpan(TextSpan.FromBounds(Signature(node).SpanStart, node.Span.End));
            var counted = Enumerable.Range(span.StartLinePosition.Line, Height(span) + 1).ToHashSet();
            foreach (FileLinePositionSpan apart in Apart(node))
                counted.ExceptWith(Enumerable.Range(apart.StartLinePosition.Line + 1, Height(apart)));
            yield return (name, span.StartLinePosition.Line + 1, counted.Count);
        }
    }

    private static string? Name(SyntaxNode node) => node switch
    {
        MethodDeclarationSyntax method => method.Identifier.Text,
        ConstructorDeclarationSyntax constructor => constructor.Identifier.Text,
        BaseMethodDeclarationSyntax other => other.Kind().ToString(),
        AccessorDeclarationSyntax accessor => accessor.Keyword.Text,
        LocalFunctionStatementSyntax function => function.Identifier.Text,
        PropertyDeclarationSyntax { ExpressionBody: not null } property => property.Identifier.Text,
        _ => null,
    };

    private static bool IsTest(SyntaxNode node) => node is MethodDeclarationSyntax method
        && method.AttributeLists.SelectMany(list => list.Attributes).Any(attribute => TestAttributes.Contains(attribute.Name.ToString()));

    // The first token after attributes.
    private static SyntaxToken Signature(SyntaxNode node) =>
        node.ChildNodesAndTokens().First(child => !child.IsKind(SyntaxKind.AttributeList)) is var first && first.IsToken
            ? first.AsToken() : first.AsNode()!.GetFirstToken();

    private static IEnumerable<FileLinePositionSpan> Apart(SyntaxNode node) =>
        node.DescendantNodes().Where(inner => IsTable(inner) || IsRaw(inner)).Select(inner => inner.GetLocation().GetLineSpan());

    private static bool IsTable(SyntaxNode node) =>
        (node is SwitchExpressionSyntax or CollectionExpressionSyntax || node.IsKind(SyntaxKind.ArrayInitializerExpression)
            || node.IsKind(SyntaxKind.CollectionInitializerExpression))
        && !node.DescendantNodes().OfType<StatementSyntax>().Any();

    private static bool IsRaw(SyntaxNode node) => node switch
    {
        LiteralExpressionSyntax literal => literal.Token.IsKind(SyntaxKind.MultiLineRawStringLiteralToken),
        InterpolatedStringExpressionSyntax text => text.StringStartToken.IsKind(SyntaxKind.InterpolatedMultiLineRawStringStartToken),
        _ => false,
    };

    private static int Height(FileLinePositionSpan span) => span.EndLinePosition.Line - span.StartLinePosition.Line;
}
