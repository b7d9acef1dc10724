using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using RnnJit.Generators.Diagnostics;

namespace RnnJit.Generators.Reading;

/// <summary><c>U * r * h</c> is (U · r) ∘ h, while papers that write U(r ∘ h) mean another thing; parentheses say which.</summary>
internal static class Trap
{
    public static void Check(IBinaryOperation outer, HashSet<SyntaxNode> warned, List<Finding> warnings)
    {
        if (outer is not
            {
                OperatorKind: BinaryOperatorKind.Multiply,
                LeftOperand: IBinaryOperation { OperatorKind: BinaryOperatorKind.Multiply } inner
            }
            || outer.Syntax is not BinaryExpressionSyntax { Left: BinaryExpressionSyntax }
            || !Is(inner.LeftOperand, "RnnJit.Matrix")
            || Is(inner, "RnnJit.Matrix")
            || !CoreTypes.IsSymbolic(outer.OperatorMethod?.Parameters[1].Type)
            || !warned.Add(outer.Syntax))
        {
            return;
        }

        string u = SourceText.Of(inner.LeftOperand.Syntax), r = SourceText.Of(inner.RightOperand.Syntax),
            h = SourceText.Of(outer.RightOperand.Syntax);
        warnings.Add(new Finding(
            "RNNJ031",
            $"'{SourceText.Of(outer.Syntax)}' is ({u} * {r}) * {h}, the last product element by element (write {u} * "
                + $"({r} * {h}) for the matrix product of both, or the parentheses to keep it)",
            outer.Syntax.GetLocation()));
    }

    private static bool Is(IOperation operation, string type) => operation.Type is { } found && CoreTypes.FullName(found) == type;
}
